"""Read the turns of a tracker, as the action server receives its events (dictionaries)."""

from collections.abc import Iterable, Sequence
from typing import Any

Event = dict[str, Any]
Turn = list[Event]


def split_turns(events: Iterable[Event]) -> list[Turn]:
    """Cut `events` into turns: each starts with what the patient said, oldest first."""
    turns: list[Turn] = []
    for event in events:
        if event["event"] == "user":
            turns.append([event])
        elif turns:
            turns[-1].append(event)
    return turns


def _bot(turn: Turn) -> list[Event]:
    return [event for event in turn if event["event"] == "bot"]


def said(turn: Turn) -> list[str]:
    """Return the names of the responses uttered in `turn`, in order."""
    names = ((event.get("metadata") or {}).get("utter_action") for event in _bot(turn))
    return [name for name in names if name]


def texts(turn: Turn) -> list[str]:
    """Return the texts said in `turn`, in order."""
    return [event["text"] for event in _bot(turn) if event.get("text")]


def custom_objects(turn: Turn) -> list[dict[str, Any]]:
    """Return the `custom` objects ({topic, section, escalation}) sent in `turn`."""
    data = ((event.get("data") or {}) for event in _bot(turn))
    return [entry["custom"] for entry in data if entry.get("custom")]


def offered(turn: Turn) -> list[str]:
    """Return the topics that the buttons of `turn` lead to, in order."""
    data = ((event.get("data") or {}) for event in _bot(turn))
    buttons = (button for entry in data for button in entry.get("buttons") or [])
    return [button["payload"].lstrip("/") for button in buttons]


def intent(turn: Turn) -> str | None:
    """Return the name of the intent that `turn` answers."""
    return (_parse_data(turn).get("intent") or {}).get("name")


def ranking(turn: Turn) -> list[str]:
    """Return the intents that the message of `turn` was taken for, the likeliest first."""
    return [entry["name"] for entry in _parse_data(turn).get("intent_ranking") or []]


def last(turns: Sequence[Turn]) -> Turn | None:
    """Return the latest turn before the present one, None at the first."""
    return turns[-2] if len(turns) > 1 else None


def _parse_data(turn: Turn) -> dict[str, Any]:
    return turn[0].get("parse_data") or {}
