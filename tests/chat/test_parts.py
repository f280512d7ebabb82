"""The parts of the chat, one by one."""

from typing import Any

import pytest

from cimento.answers import sheet
from cimento.answers.calls import check_calls
from cimento.answers.catalogue import WEB, Wording, load_catalogue
from cimento.channels.chat.pages import Pages
from cimento.channels.chat.refusals import Refusal
from cimento.channels.chat.replies import Replies, section_titles
from cimento.channels.chat.sessions import PREFIX, Sessions
from cimento.channels.turn import complete

CATALOGUE = load_catalogue()


def custom(topic: str, section: str | None, escalation: str = "none") -> dict[str, object]:
    return {"topic": topic, "section": section, "escalation": escalation}


def turn_of(text: str, *customs: dict[str, object]) -> list[dict[str, object]]:
    said: list[dict[str, Any]] = [{"text": text}, *({"custom": entry} for entry in customs)]
    return complete(said, "x", CATALOGUE)


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(CATALOGUE)


@pytest.fixture(scope="module")
def replies() -> Replies:
    return Replies(CATALOGUE)


def test_a_session_opens_its_conversation_alone() -> None:
    sessions = Sessions(120)
    ids = {Sessions.new_conversation() for _ in range(100)}
    assert len(ids) == 100
    for conversation in ids:
        assert conversation.startswith(PREFIX)
        assert sessions.conversation(sessions.token(conversation)) == conversation


def test_a_token_hides_the_conversation() -> None:
    assert "0" * 32 not in Sessions(120).token(PREFIX + "0" * 32)


def test_an_unused_session_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions(120)
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000.0)
    token = sessions.token(Sessions.new_conversation())
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000.0 + 7199)
    assert sessions.conversation(token)
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000.0 + 7201)
    with pytest.raises(Refusal, match="session_expired"):
        sessions.conversation(token)


def test_every_quote_of_every_topic_is_marked_once(pages: Pages) -> None:
    for wording in CATALOGUE.wordings:
        if not wording.custom.get("section"):
            continue
        html = pages.fiche(wording.custom["topic"])
        assert html.count('<mark id="citation">') == 1, wording.response
        assert html.count("<mark") == html.count("</mark>")


def test_the_marked_passage_is_the_quote(pages: Pages) -> None:
    marked = pages.fiche("driving").partition('<mark id="citation">')[2].partition("</mark>")[0]
    assert marked == "Vous ne devez pas conduire pendant les 24 premières heures."


@pytest.mark.parametrize("topic", ["nothing", "", "greet", "../../x"])
def test_a_topic_without_quotes_marks_nothing(pages: Pages, topic: str) -> None:
    assert pages.fiche(topic) == pages.fiche()


def test_the_sheet_is_whole_and_its_sections_can_be_linked(pages: Pages) -> None:
    html = pages.fiche()
    assert "<mark" not in html
    for anchor, text in sheet.read_sections().items():
        assert f'<section id="{anchor}">' in html
        for sentence in sheet.sentences(text):
            assert sentence.replace("&", "&amp;") in html, sentence


def test_every_section_has_a_title() -> None:
    titles = section_titles(sheet.read_sections())
    assert titles["7-apres"] == "Fiche, § 7 Après examen"
    assert titles["rayons-x"] == "Fiche, La radiologie utilise des rayons X"
    assert all(title.startswith("Fiche, ") for title in titles.values())


def test_two_answers_have_two_sources(replies: Replies) -> None:
    turn = turn_of("Non.", custom("driving", "7-apres"), custom("fasting", "7-avant"))
    assert [source["href"].split("=")[1] for source in replies.reply(turn)["sources"]] == [
        "driving#citation",
        "fasting#citation",
    ]


def test_every_number_of_every_alarm_can_be_called(replies: Replies) -> None:
    for wording in CATALOGUE.wordings:
        if wording.custom.get("escalation") in (None, "none") or wording.channel != WEB:
            continue
        text = CATALOGUE.render(wording.text)
        links = {call["href"] for call in replies.reply(turn_of(text, wording.custom))["calls"]}
        for number in ("15", "112", "3114"):
            assert (f" {number}" in text) == (f"tel:{number}" in links), wording.response
        assert ("114," in text or "114." in text) == ("sms:114" in links) or " 3114" in text
        assert ("05 56 79 56 79" in text) == ("tel:+33556795679" in links), wording.response


@pytest.mark.parametrize(
    "code",
    [
        "session_missing", "session_invalid", "session_expired", "button_not_offered",
        "body_too_large", "not_json", "malformed", "message_too_long", "too_many_messages",
        "message_empty", "origin_not_allowed",
    ],
)  # fmt: skip
def test_who_wrote_what_is_refused_is_told_the_emergency_numbers_first(code: str) -> None:
    message = Refusal(code, 5, max_characters=1000).message
    said = Wording(code, WEB, "", message, {}, None, (), (), "refusals.py")
    assert check_calls(said, unread=True) == []
