"""When something fails: nothing typed is lost, and there is a way to try again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.reader import Reader

QUESTION = "Quand puis-je conduire ?"
MESSAGES = "**/chat/messages"

LOST: dict[str, Callable[[Route], None]] = {
    "no server": lambda route: route.abort("connectionrefused"),
    "a proxy's page": lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"),
    "an answer that is not ours": lambda route: route.fulfill(status=500, json={"oops": 1}),
}


@pytest.mark.parametrize("how", LOST)
def test_a_lost_server_loses_nothing_typed(reader: Reader, how: str) -> None:
    reader.page.route(MESSAGES, LOST[how])
    reader.box.fill(QUESTION)
    reader.button("Envoyer").click()
    expect(reader.status).to_contain_text("L'assistant ne répond pas pour le moment.")
    expect(reader.status).to_contain_text("appelez le 15 ou le 112")
    expect(reader.box).to_have_value(QUESTION)
    expect(reader.chat.locator(".entry")).to_have_count(0)
    service = reader.chat.get_by_role("link", name="Appeler le service : 05 56 79 56 79")
    expect(service).to_have_attribute("href", "tel:+33556795679")
    reader.page.unroute(MESSAGES)
    reader.button("Réessayer").click()
    expect(reader.answers.first).to_contain_text("24 premières heures")
    expect(reader.box).to_have_value("")
    expect(reader.button("Réessayer")).to_have_count(0)


def test_a_lost_server_at_the_opening_is_tried_again(new_reader: Callable[..., Reader]) -> None:
    reader = new_reader()
    reader.page.route("**/chat/sessions", lambda route: route.abort("connectionrefused"))
    reader.visit()
    reader.launcher.click()
    expect(reader.status).to_contain_text("appelez le 15 ou le 112")
    reader.page.unroute("**/chat/sessions")
    reader.button("Réessayer").click()
    expect(reader.chat.get_by_text("Je suis un assistant automatique")).to_be_visible()


def test_a_lost_server_does_not_pretend_to_erase(reader: Reader) -> None:
    reader.ask(QUESTION)
    reader.page.route("**/chat/conversation", lambda route: route.abort("connectionrefused"))
    reader.tool("Effacer la conversation")
    reader.button("Effacer").click()
    expect(reader.status).to_contain_text("La conversation n'est pas effacée.")
    expect(reader.answers).to_have_count(1)


def test_a_reload_in_the_middle_of_a_turn_gives_the_words_back(reader: Reader) -> None:
    reader.page.route(MESSAGES, lambda route: None)  # never answered
    reader.box.fill(QUESTION)
    reader.button("Envoyer").click()
    expect(reader.chat.locator(".typing")).to_be_visible()
    reader.page.reload()  # before the route is taken away: the message would go on its way then
    expect(reader.box).to_have_value(QUESTION)
    expect(reader.chat.locator(".entry")).to_have_count(0)


def test_too_many_messages_are_refused_with_the_time_to_wait(reader: Reader) -> None:
    statuses = reader.page.evaluate(
        """async () => {
            const key = Object.keys(sessionStorage).find((name) => name.startsWith("cimento-chat"));
            let { token } = JSON.parse(sessionStorage[key]);
            const statuses = [];
            for (let i = 0; i < 21; i++) {
                const answer = await fetch("/chat/messages", {
                    method: "POST",
                    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
                    body: JSON.stringify({ text: "merci" }),
                });
                statuses.push(answer.status);
            }
            return statuses;
        }"""
    )
    assert statuses == [200] * 20 + [429]
    reader.box.fill(QUESTION)
    reader.button("Envoyer").click()
    expect(reader.status).to_contain_text(re.compile(r"Réessayez dans \d+ secondes"))
    expect(reader.box).to_have_value(QUESTION)
    expect(reader.button("Réessayer")).to_be_visible()


def test_a_conversation_that_the_server_no_longer_knows_goes_on_as_a_new_one(
    reader: Reader,
) -> None:
    reader.page.evaluate(
        """() => {
            const key = Object.keys(sessionStorage).find((name) => name.startsWith("cimento-chat"));
            const kept = JSON.parse(sessionStorage[key]);
            sessionStorage[key] = JSON.stringify({ ...kept, token: "expired" });
        }"""
    )
    reader.page.reload()
    expect(reader.ask(QUESTION)).to_contain_text("24 premières heures")
    expect(reader.chat.get_by_text("La conversation précédente est terminée.")).to_be_visible()
