"""What was written and answered in a conversation, of the events that Rasa keeps."""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from cimento.followup.shown import shown

_BY_A_PROGRAM = "EXTERNAL: "  # how Rasa notes what no patient wrote: a check-in begins


@dataclass(frozen=True)
class Line:
    """One thing that was said: by the patient, or by the assistant."""

    by_patient: bool
    text: str
    at: datetime


def lines(events: list[dict[str, Any]]) -> list[Line]:
    """Return what was said, oldest first. A number that chose one of the last answer's buttons is
    shown as that button; what the assistant was made to say when a check-in began is left out: the
    follow-up sent it itself."""
    said: list[Line] = []
    titles: dict[str, str] = {}
    of_a_program = False
    for event in events:
        text = str(event.get("text") or "")
        at = datetime.fromtimestamp(float(event.get("timestamp") or 0), timezone.utc)
        if event.get("event") == "user" and text:
            of_a_program = text.startswith(_BY_A_PROGRAM)
            if not of_a_program:
                said.append(Line(True, shown(titles.get(text, text)), at))
        elif event.get("event") == "bot":
            buttons = (event.get("data") or {}).get("buttons") or []
            titles = {button["payload"]: button["title"] for button in buttons} or titles
            if text and not of_a_program:
                said.append(Line(False, text.strip(), at))
    return said
