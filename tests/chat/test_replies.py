"""What the widget shows of an answer: its sources, its titles, whom to call."""

from typing import Any

import pytest

from cimento.answers.catalogue import WEB, load_catalogue
from cimento.channels.chat.replies import Replies
from cimento.channels.turn import complete

CATALOGUE = load_catalogue()


def custom(topic: str, section: str | None, escalation: str = "none") -> dict[str, object]:
    return {"topic": topic, "section": section, "escalation": escalation}


def turn_of(text: str, *customs: dict[str, object]) -> list[dict[str, object]]:
    said: list[dict[str, Any]] = [{"text": text}, *({"custom": entry} for entry in customs)]
    return complete(said, "x", CATALOGUE)


@pytest.fixture(scope="module")
def replies() -> Replies:
    return Replies(CATALOGUE)


def test_two_answers_have_two_sources(replies: Replies) -> None:
    turn = turn_of("Non.", custom("driving", "7-apres"), custom("fasting", "7-avant"))
    assert [source["href"].split("=")[1] for source in replies.reply(turn)["sources"]] == [
        "driving#citation",
        "fasting#citation",
    ]


def test_each_of_two_answers_has_its_title_and_its_own_source(replies: Replies) -> None:
    said: list[dict[str, Any]] = []
    for topic in ("driving", "fasting"):
        wording = CATALOGUE.answer(topic)
        said += [{"text": CATALOGUE.render(wording.text)}, {"custom": wording.custom}]
    first, second = replies.reply(complete(said, "x", CATALOGUE))["messages"]
    assert (first["title"], second["title"]) == ("Conduire après", "Manger et boire avant")
    assert [source["quotes"] for source in second["sources"]] == [
        ["Soyez à jeun le matin de l’examen."]
    ]


def test_an_answer_that_names_the_service_has_its_button(replies: Replies) -> None:
    wording = CATALOGUE.answer("driving")
    links = replies.reply(turn_of(CATALOGUE.render(wording.text), wording.custom))["calls"]
    assert [link["href"] for link in links] == ["tel:+33556795679"]


def test_an_alarm_has_the_number_for_its_level_first(replies: Replies) -> None:
    for wording in CATALOGUE.wordings:
        level = wording.custom.get("escalation")
        if level in (None, "none") or wording.channel != WEB:
            continue
        calls = replies.reply(turn_of(CATALOGUE.render(wording.text), wording.custom))["calls"]
        first = {link["href"] for link in calls if link.get("primary")}
        own = {"tel:+33556795679"} if level == "equipe" else {"tel:15"}
        if wording.custom["topic"] == "suicidal":
            own |= {"tel:3114"}
        assert first == own & {link["href"] for link in calls}, wording.response
        assert first or level == "equipe", wording.response


@pytest.mark.parametrize(
    ("topic", "label"),
    [
        ("fever", "Urgence, ou pas de médecin\u00a0: appeler le 15"),
        ("worrying_sign", "En cas d'urgence, appeler le 15"),
        ("emergency", "Appeler le 15"),
    ],
)
def test_the_button_of_the_15_says_when(replies: Replies, topic: str, label: str) -> None:
    wording = CATALOGUE.answer(topic)
    calls = replies.reply(turn_of(CATALOGUE.render(wording.text), wording.custom))["calls"]
    assert [link["label"] for link in calls if link["href"] == "tel:15"] == [label]


def test_the_button_of_the_112_is_for_who_is_abroad(replies: Replies) -> None:
    """In France the 15 is one touch away: two buttons without a word would be a choice to make."""
    for topic in ("fever", "emergency", "suicidal", "worrying_sign"):
        wording = CATALOGUE.answer(topic)
        calls = replies.reply(turn_of(CATALOGUE.render(wording.text), wording.custom))["calls"]
        (label,) = (link["label"] for link in calls if link["href"] == "tel:112")
        assert label == "À l'étranger, en Europe\u00a0: appeler le 112", topic


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
    ("state", "number"), [("urgence", "tel:15"), ("medecin", "tel:15"), ("suicidal", "tel:3114")]
)
def test_who_is_reminded_of_a_call_is_offered_it(replies: Replies, state: str, number: str) -> None:
    view = replies.reply(turn_of("Non.", {**custom("driving", "7-apres"), "reminds": state}))
    assert view["escalation"] == "none" and len(view["messages"]) == 2
    assert number in {link["href"] for link in view["calls"] if link.get("primary")}
