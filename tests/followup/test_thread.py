"""The thread on a patient's page, of the events that Rasa keeps."""

from typing import Any

from cimento.followup.thread import lines


def event(kind: str, text: str | None, at: float, **data: Any) -> dict[str, Any]:
    return {"event": kind, "text": text, "timestamp": at, "data": data}


def test_what_was_said_is_told_in_its_order_and_words() -> None:
    buttons = [{"title": "Oui", "payload": "/affirm"}, {"title": "Non", "payload": "/deny"}]
    said = lines(
        [
            {"event": "action", "name": "action_listen", "timestamp": 1.0},
            event("user", "EXTERNAL: start_check_in", 2.0),
            event("bot", "Avez-vous de la fièvre ?", 3.0, buttons=buttons),
            event("user", "/deny", 4.0),
            event("bot", None, 5.0),
            event("bot", "Merci.", 5.0),
            event("user", "et la \x1b[2Jdouche ?", 6.0),
        ]
    )
    assert [(line.by_patient, line.text) for line in said] == [
        (True, "Non"),
        (False, "Merci."),
        (True, "et la [2Jdouche ?"),
    ]
    assert said[0].at.timestamp() == 4.0
