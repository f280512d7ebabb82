"""What the last alarm still asks for, when a patient answers to its advice."""

from collections.abc import Container
from datetime import datetime, timedelta

from cimento.answers.catalogue import AT_ONCE

# Said in answer to an alarm: doubts, will call, has called, nobody answers, cannot call, is over.
INTENTS = (
    "call_doubt", "call_will", "call_done", "call_unanswered", "call_unable", "call_settled",
)  # fmt: skip
SETTLED = "call_settled"
_SUICIDAL = "suicidal"


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


def response(intent: str, state: str | None, known: Container[str]) -> str:
    """Return the response to `intent` in that state: the one written for it (utter_INTENT/STATE),
    else the one for any. After suicidal words the first advice stands. `known`: responses there
    are."""
    if state == _SUICIDAL and intent not in ("call_done", SETTLED, "call_will"):
        return f"utter_{_SUICIDAL}"
    own = f"utter_{intent}/{state}"
    return own if own in known else f"utter_{intent}"
