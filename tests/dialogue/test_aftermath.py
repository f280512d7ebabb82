"""What is answered to an alarm is answered by what that alarm asked for, as long as it lasts."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from cimento.answers.calls import check_calls
from cimento.answers.catalogue import SMS, WEB, load_catalogue
from cimento.dialogue import aftermath
from cimento.dialogue.turns import Turn

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=timezone.utc)
LASTS = timedelta(hours=24)
KNOWN = load_catalogue().responses


@pytest.mark.parametrize(
    ("level", "topic", "hours", "state"),
    [
        ("medecin", "fever", 1, "medecin"),
        ("urgence", "emergency", 23, "urgence"),
        ("urgence", "suicidal", 1, "suicidal"),
        ("medecin", "fever", 25, None),
        ("equipe", "worrying_sign", 1, None),
        (None, "fever", 1, None),
    ],
)
def test_an_alarm_lasts(level: str | None, topic: str, hours: int, state: str | None) -> None:
    at = (NOW - timedelta(hours=hours)).isoformat(timespec="seconds")
    assert aftermath.state(level, topic, at, NOW, LASTS) == state


def test_without_an_alarm_there_is_no_state() -> None:
    assert aftermath.state("medecin", "fever", None, NOW, LASTS) is None


@pytest.mark.parametrize("intent", aftermath.INTENTS)
@pytest.mark.parametrize("state", ["medecin", "urgence", "suicidal", None])
def test_each_is_answered_in_each_state(intent: str, state: str | None) -> None:
    assert aftermath.response(intent, state, KNOWN) in KNOWN


@pytest.mark.parametrize("state", ["medecin", "urgence", "suicidal"])
@pytest.mark.parametrize("intent", ["call_doubt", "call_will", "call_unanswered", "call_unable"])
def test_who_has_not_been_helped_is_told_whom_to_call(intent: str, state: str) -> None:
    catalogue = load_catalogue()
    wording = catalogue.wording(aftermath.response(intent, state, KNOWN))
    assert wording.custom["escalation"] in ("medecin", "urgence")
    assert "15" in wording.text


@pytest.mark.parametrize("channel", [WEB, SMS])
@pytest.mark.parametrize("intent", aftermath.INTENTS)
def test_suicidal_words_keep_their_advice(intent: str, channel: str) -> None:
    wording = load_catalogue().wording(aftermath.response(intent, "suicidal", KNOWN), channel)
    assert re.search(r"\b15\b.*\b3114\b", wording.text, re.DOTALL)
    assert "frissons" not in wording.text


@pytest.mark.parametrize("channel", [WEB, SMS])
@pytest.mark.parametrize("intent", aftermath.INTENTS)
def test_after_an_emergency_the_15_comes_first(intent: str, channel: str) -> None:
    wording = load_catalogue().wording(aftermath.response(intent, "urgence", KNOWN), channel)
    assert check_calls(wording, unread=True) == []


def test_nobody_answers_leads_to_the_15() -> None:
    assert (
        aftermath.response("call_unanswered", "medecin", KNOWN) == "utter_call_unanswered/medecin"
    )


def _turn(intent: str, *escalations: str) -> Turn:
    """Return a turn: what was read of the message, and how grave each of its answers was."""
    said = [
        {"event": "bot", "data": {"custom": {"topic": intent, "escalation": level}}}
        for level in escalations
    ]
    return [{"event": "user", "parse_data": {"intent": {"name": intent}}}, *said]


@pytest.mark.parametrize(
    ("turns", "waits"),
    [
        ([_turn("emergency", "urgence"), _turn("risk_leak")], True),
        ([_turn("emergency", "urgence", "none"), _turn("anxious", "none"), _turn("sport")], True),
        ([_turn("fever", "medecin"), _turn("call_doubt", "medecin"), _turn("eat_after")], True),
        ([_turn("emergency", "urgence"), _turn("call_done", "none"), _turn("sport")], False),
        ([_turn("emergency", "urgence"), _turn("call_will")], False),
        ([_turn("emergency", "urgence"), *[_turn("sport", "none")] * 3, _turn("sport")], False),
        ([_turn("sport", "none"), _turn("driving")], False),
        ([_turn("driving")], False),
        ([], False),
    ],
)
def test_a_call_is_reminded_of_until_it_is_heard(turns: list[Turn], waits: bool) -> None:
    assert aftermath.unheard(turns, "urgence") == ("urgence" if waits else None)
    assert aftermath.unheard(turns, None) is None
