"""Read the turns of a tracker, as the action server receives its events (dictionaries)."""

from collections.abc import Iterable
from typing import Any

Event = dict[str, Any]


def split_turns(events: Iterable[Event]) -> list[list[Event]]:
    """Cut `events` into turns: each starts with what the patient said, oldest first."""
    turns: list[list[Event]] = []
    for event in events:
        if event["event"] == "user":
            turns.append([event])
        elif turns:
            turns[-1].append(event)
    return turns


def said(turn: list[Event]) -> list[str]:
    """Return the names of the responses uttered in `turn`, in order."""
    names = (
        (event.get("metadata") or {}).get("utter_action")
        for event in turn
        if event["event"] == "bot"
    )
    return [name for name in names if name]


def custom_objects(turn: list[Event]) -> list[dict[str, Any]]:
    """Return the `custom` objects ({topic, section, escalation}) sent in `turn`."""
    data = ((event.get("data") or {}) for event in turn if event["event"] == "bot")
    return [entry["custom"] for entry in data if entry.get("custom")]


def intent(turn: list[Event]) -> str | None:
    """Return the name of the intent that `turn` answers."""
    parse_data = turn[0].get("parse_data") or {}
    return (parse_data.get("intent") or {}).get("name")
