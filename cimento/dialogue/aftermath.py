"""What the last alarm still asks for, when a patient answers to its advice."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cimento.answers.catalogue import AT_ONCE
from cimento.answers.sheet import read_policy
from cimento.dialogue.turns import Turn, custom_objects, last
from cimento.dialogue.turns import intent as intent_of

# Said in answer to an alarm: doubts, will call, has called, nobody answers, cannot call, is over.
INTENTS = (
    "call_doubt", "call_will", "call_done", "call_unanswered", "call_unable", "call_settled",
)  # fmt: skip
SETTLED = "call_settled"
_SUICIDAL, _EMERGENCY = "suicidal", "emergency"
STATES = (*AT_ONCE, _SUICIDAL)  # what an alarm may have asked for
# Who has said one of these has heard it, or was never in danger: nothing is said again.
_HEARD = {*INTENTS, "correct_no", "negated_symptom", "deny"} - {"call_doubt"}
REMINDS = "reminds"  # in the custom object of an answer: the state of an alarm not heard
_REMINDED_TURNS = 3  # after an alarm


def state(
    level: str | None, topic: str | None, at: str | None, now: datetime, lasts: timedelta
) -> str | None:
    """Return what the last alarm asked for, as long as it `lasts`: medecin, urgence, suicidal.

    `level`, `topic`, `at` (ISO 8601, with its time zone): the slots escalation__*, None when
    there was no alarm, or it is settled. `now` is aware of its time zone.
    """
    if level not in AT_ONCE or not at or now - datetime.fromisoformat(at) > lasts:
        return None
    return _SUICIDAL if topic == _SUICIDAL else level


@cache
def _lasts() -> timedelta:
    return timedelta(hours=read_policy()["alarm_remembered"]["hours"])


def remembered(slots: Mapping[str, Any], now: datetime) -> str | None:
    """Return the state that the slots of a conversation hold, as long as the policy says.

    `now` is aware of its time zone. Raises SourceError when the policy cannot be read.
    """
    level, topic, at = (slots.get(f"escalation__{name}") for name in ("level", "topic", "at"))
    return state(level, topic, at, now, _lasts())


def emergency_just_told(turns: Sequence[Turn]) -> str | None:
    """Return the emergency that the latest answer was about, None when it was about none.

    `turns`: the present one last.
    """
    before = last(turns)
    told = [entry["topic"] for entry in custom_objects(before)] if before else []
    return next((topic for topic in (_SUICIDAL, _EMERGENCY) if topic in told), None)


def unheard(turns: Sequence[Turn], state: str | None) -> str | None:
    """Return the `state` of an alarm of the last turns that nobody has answered to, else None.

    « Et je peux conduire ? », after « Appelez le 15 »: the question is answered, and the call is
    still to be made. `turns`: the present one last; `state`: see `remembered`.
    """
    if not state or not turns or intent_of(turns[-1]) in _HEARD:
        return None
    for turn in reversed(turns[-1 - _REMINDED_TURNS : -1]):
        if any(entry["escalation"] in AT_ONCE for entry in custom_objects(turn)):
            return state
        if intent_of(turn) in _HEARD:
            return None
    return None


def response(intent: str, state: str | None, known: Container[str]) -> str:
    """Return the response to `intent` in that state: the one written for it (utter_INTENT/STATE),
    else the one for any; after suicidal words their advice stands. `known`: responses there are."""
    own = f"utter_{intent}/{state}"
    if own in known:
        return own
    return f"utter_{_SUICIDAL}" if state == _SUICIDAL else f"utter_{intent}"
