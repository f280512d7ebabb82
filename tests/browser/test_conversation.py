"""A conversation as a reader has it: ask, read, press, follow, reload, erase."""

import re
import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Reader
from tests.servers import Assistant

DRIVING = "Quand puis-je conduire ?"
SERVICE = "tel:+33556795679"


def test_a_question_is_answered_with_its_source(reader: Reader) -> None:
    answer = reader.ask(DRIVING)
    expect(answer).to_contain_text("24 premières heures")
    expect(answer.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(reader.box).to_have_value("")
    expect(reader.status).to_have_text("")


def test_the_source_is_read_within_the_chat_and_leads_to_the_sheet_and_back(
    reader: Reader,
) -> None:
    reader.ask(DRIVING).get_by_role("button", name="Source : Fiche, § 7 Après examen").click()
    quote = "Vous ne devez pas conduire pendant les 24 premières heures."
    expect(reader.chat.locator("blockquote")).to_have_text(quote)
    reader.chat.get_by_role("link", name="Lire toute la fiche").click()
    passage = reader.page.locator("mark#citation")
    expect(passage).to_have_text(quote)
    expect(passage).to_be_in_viewport()
    reader.page.get_by_role("link", name="Revenir à la conversation").click()
    expect(reader.answers).to_have_count(1)
    expect(reader.chat.locator(".panel")).to_be_visible()


def test_the_sheet_is_one_click_away(new_reader: Callable[..., Reader]) -> None:
    reader = new_reader()
    reader.visit()
    reader.page.get_by_role("link", name="Fiche d'information", exact=True).click()
    expect(reader.page.locator("h1")).to_be_visible()
    expect(reader.page.locator("mark")).to_have_count(0)


def test_a_suggested_question_is_asked_by_a_click(reader: Reader) -> None:
    reader.chat.get_by_text("Après l'acte").click()  # closes the one that is open at first
    expect(reader.button("Dois-je être à jeun ?")).to_be_hidden()
    reader.chat.get_by_text("Avant l'acte").click()
    reader.button("Dois-je être à jeun ?").click()
    expect(reader.answers.first).to_contain_text("jeun")
    expect(reader.chat.get_by_text("Des questions, selon le moment")).to_have_count(1)


def test_an_answer_is_said_again_in_easier_words(reader: Reader) -> None:
    expect(reader.ask("Combien de temps rester au lit ?")).to_contain_text("position allongée")
    reader.button("Plus simple").click()
    expect(reader.answers.nth(1)).to_contain_text("Vous devez rester comme cela jusqu'au lendemain")
    expect(reader.button("Plus simple")).to_have_count(0)


def test_lists_are_lists_and_what_matters_stands_out(reader: Reader) -> None:
    answer = reader.ask("Que faut-il apporter ?")
    expect(answer.get_by_role("listitem")).to_have_count(3)
    expect(answer.get_by_role("listitem").first).to_have_text("vos analyses de sang ;")
    steps = reader.ask("Comment se passe l'acte ?").locator("ol > li")
    expect(steps.nth(2)).to_have_text("Il place une aiguille au niveau de l'os malade.")
    stands_out = reader.ask(DRIVING).locator("strong")
    expect(stands_out).to_have_text("Ne conduisez pas pendant les 24 premières heures")


def test_a_quick_reply_says_what_its_button_says(reader: Reader) -> None:
    reader.ask("bonjour")
    choice = reader.chat.locator(".live > .choice").first
    words = choice.inner_text()
    choice.click()
    expect(reader.answers).to_have_count(2)
    expect(reader.chat.locator(".entry.me .bubble").last).to_have_text(words)
    expect(reader.chat.locator(".entry").nth(1).locator(".live")).to_have_count(0)


@pytest.mark.parametrize(
    ("words", "title", "calls"),
    [
        (
            "j'ai 39 et des frissons",
            "Appelez immédiatement votre médecin",
            ["tel:15", "tel:112", "sms:114", SERVICE],
        ),
        ("je peu plu respiré", "Urgence", ["tel:15", "tel:112", "sms:114", SERVICE]),
        ("j'ai envie de mourir", "Urgence", ["tel:15", "tel:3114", "tel:112", "sms:114"]),
    ],
)
def test_an_alarm_looks_urgent_and_is_announced_once(
    reader: Reader, words: str, title: str, calls: list[str]
) -> None:
    answer = reader.ask(words)
    expect(answer.get_by_role("heading", name=title)).to_be_visible()
    hrefs = [str(link.get_attribute("href")) for link in answer.locator(".call").all()]
    assert sorted(hrefs) == sorted(calls)
    assert hrefs[0] == calls[0]
    expect(answer.locator(".call").first).to_have_class("call primary")
    said = reader.chat.get_by_role("alert").inner_text()
    assert said.count(title) == 1  # nothing is said twice
    assert answer.get_attribute("aria-live") == "off"  # in the log it is not said again
    expect(answer.locator(".feedback")).to_have_count(0)
    reader.ask(DRIVING)
    expect(reader.chat.get_by_role("alert")).to_have_text("")


def test_an_alarm_comes_before_the_answer_to_a_question(reader: Reader) -> None:
    answer = reader.ask("j'ai de la fièvre 38,9. Est-ce que je peux conduire ?")
    said = answer.locator(".bubble").inner_text().replace("\u00a0", " ")
    assert said.index("Appelez immédiatement votre médecin") < said.index("24 premières heures")


def test_feedback_is_recorded_without_the_conversation(
    reader: Reader, assistant: Assistant
) -> None:
    def judgements() -> list[tuple[str, int]]:
        with sqlite3.connect(assistant.log.parent / "conversations.db") as connection:
            return connection.execute("select topic, helpful from judgements").fetchall()

    before = len(judgements())
    reader.ask(DRIVING)
    reader.button("Non").click()
    expect(reader.status).to_have_text("Merci, votre avis est enregistré.")
    assert judgements()[before:] == [("driving", 0)]
    expect(reader.button("Non")).to_have_count(0)
    reader.button("C'est incomplet").click()
    help = reader.chat.locator(".feedback").get_by_role("link", name="Appeler le service")
    expect(help).to_have_attribute("href", SERVICE)
    with sqlite3.connect(assistant.log.parent / "conversations.db") as connection:
        reasons = connection.execute("select topic, reason from reasons").fetchall()
    assert reasons[-1:] == [("driving", "partial")]


def test_a_reload_keeps_messages_draft_and_open_state(reader: Reader) -> None:
    reader.ask(DRIVING)
    reader.box.fill("et le sport")
    reader.page.reload()
    expect(reader.answers).to_have_count(1)
    expect(reader.box).to_have_value("et le sport")
    reader.button("Envoyer").click()
    expect(reader.answers.nth(1)).to_contain_text("exercices")


def test_erasing_deletes_here_and_on_the_server(reader: Reader, assistant: Assistant) -> None:
    def events(after: int = 0) -> tuple[int, int]:
        """Return how many events came after one, and the id of the last. They are encrypted."""
        with sqlite3.connect(assistant.log.parent / "conversations.db") as connection:
            query = "select count(*), coalesce(max(id), 0) from events where id > ?"
            count, last = connection.execute(query, (after,)).fetchone()
        return count, last

    _, before = events()
    reader.ask("mon chat s'appelle Zéphyrin")
    assert events(before)[0] > 0
    reader.tool("Effacer la conversation")
    reader.button("Effacer").click()
    expect(reader.status).to_have_text("La conversation est effacée.")
    expect(reader.answers).to_have_count(0)
    assert "Zéphyrin" not in reader.kept()
    assert events(before)[0] == 0
    expect(reader.ask(DRIVING)).to_contain_text("24")


def test_erasing_can_be_cancelled(reader: Reader) -> None:
    reader.ask(DRIVING)
    reader.tool("Effacer la conversation")
    reader.button("Annuler").click()
    expect(reader.answers).to_have_count(1)


def test_two_tabs_are_two_conversations(reader: Reader) -> None:
    other = Reader(reader.page.context.new_page(), reader.url)
    other.visit()
    other.open()
    reader.ask(DRIVING)
    other.ask("Puis-je venir seul ?")
    expect(other.answers).to_have_count(1)
    reader.tool("Effacer la conversation")
    reader.button("Effacer").click()
    expect(other.ask("vous pouvez répéter ?")).to_contain_text("accompagn")


def test_two_idle_hours_empty_the_screen_and_the_storage(
    new_reader: Callable[..., Reader],
) -> None:
    reader = new_reader()
    reader.page.clock.install()
    reader.visit()
    reader.open()
    reader.ask(DRIVING)
    reader.page.clock.fast_forward("01:59:00")
    expect(reader.answers).to_have_count(1)
    reader.page.clock.fast_forward("00:02:00")
    expect(reader.answers).to_have_count(0)
    assert '"entries":[]' in reader.kept()


def test_nothing_is_asked_of_the_server_before_the_chat_is_opened(
    new_reader: Callable[..., Reader],
) -> None:
    reader = new_reader()
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.visit()
    assert not [url for url in asked if "sessions" in url]
    reader.open()
    assert len([url for url in asked if "sessions" in url]) == 1  # and none came late
    assert reader.page.context.cookies() == []


def test_characters_are_counted_near_the_limit_and_nothing_is_cut(reader: Reader) -> None:
    reader.box.fill("a" * 700)
    expect(reader.chat.locator("#counter")).to_have_text("")
    reader.box.fill("é" * 900)
    expect(reader.chat.locator("#counter")).to_have_text("900 sur 1000 caractères.")
    reader.box.fill("a" * 1002)
    reader.button("Envoyer").click()
    expect(reader.status).to_have_text(
        re.compile(r"^En cas d'urgence.* 2 caractères de trop\. Raccourcissez votre message\.$")
    )
    expect(reader.box).to_have_value("a" * 1002)
    expect(reader.box).to_have_attribute("aria-invalid", "true")


def test_the_conversation_can_be_copied(reader: Reader) -> None:
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.ask("j'ai 39 et des frissons")
    reader.ask(DRIVING)
    reader.tool("Copier")
    expect(reader.status).to_have_text("La conversation est copiée.")
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"Vous, \d\d:\d\d\nQuand puis-je conduire \?\n", copied)
    assert "24\u00a0premières heures" in copied
    assert "Source\u00a0: Fiche, § 7 Après examen. «\u00a0Vous ne devez pas conduire" in copied
    assert re.search(r"^.*CHU de Bordeaux\n\w+ \d{1,2} \w+ 20\d\d\n", copied)
    assert "*** APPELEZ IMMÉDIATEMENT VOTRE MÉDECIN ***" in copied
    assert "?sujet" not in copied


def test_the_conversation_alone_is_printed(reader: Reader) -> None:
    reader.ask(DRIVING)
    reader.page.add_init_script("window.print = () => {}")  # no dialog of the system
    reader.tool("Imprimer")
    paper = reader.page.frames[-1]
    assert "24\u00a0premières heures" in paper.locator("body").inner_text()
    reader.page.emulate_media(media="print")
    expect(reader.chat.locator(".panel")).not_to_be_visible()
