"""Whom to call stands where it is looked for, whatever is late, away or broken."""

from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.browser.reader import Reader

DRIVING = "Quand puis-je conduire ?"


def test_numbers_in_a_text_call_and_do_not_break(reader: Reader) -> None:
    numbers = reader.ask("mon numéro d'urgence c'est quoi").locator(".tel")
    hrefs = [link.get_attribute("href") for link in numbers.all()]
    assert {"tel:15", "tel:112", "sms:114"} <= set(hrefs)
    service = reader.ask(DRIVING).locator(".bubble > p .tel")
    expect(service).to_have_attribute("href", "tel:+33556795679")
    for link in [*numbers.all(), service]:
        assert link.evaluate("(node) => node.getClientRects().length") == 1


def test_whom_to_call_is_said_while_an_answer_is_late(new_reader: Callable[..., Reader]) -> None:
    reader = new_reader(viewport={"width": 320, "height": 568})
    reader.page.clock.install()
    reader.visit()
    reader.open()
    held: list[Route] = []
    reader.page.route("**/chat/messages", lambda route: held.append(route))
    reader.box.fill(DRIVING)
    reader.button("Envoyer").click()
    expect(reader.status).to_have_text("L'assistant écrit…")
    reader.page.clock.fast_forward(5000)
    expect(reader.status).to_contain_text("appelez le 15 ou le 112")
    expect(reader.status.get_by_role("link", name="15", exact=True)).to_be_visible()
    expect(reader.chat.locator(".me .bubble")).to_be_in_viewport(ratio=1)
    held[0].continue_()
    expect(reader.answers).to_have_count(1)
    expect(reader.status).to_have_text("")


def test_numbers_to_call_are_there_when_the_server_is_not(phone: Reader) -> None:
    phone.page.route("**/chat/sessions", lambda route: route.abort("connectionrefused"))
    phone.launcher.click()
    phone.button("Appeler").click()
    links = phone.chat.locator(".sheet .call")
    hrefs = [link.get_attribute("href") for link in links.all()]
    assert hrefs == ["tel:15", "sms:114", "tel:+33556795679"]


def test_a_widget_that_cannot_be_loaded_gives_the_numbers(
    new_reader: Callable[..., Reader],
) -> None:
    reader = new_reader()
    reader.page.route("**/chat/widget/api.js", lambda route: route.abort("connectionrefused"))
    reader.visit()
    reader.launcher.click()
    expect(reader.chat.get_by_role("alert")).to_contain_text("appelez le 15 ou le 112")
