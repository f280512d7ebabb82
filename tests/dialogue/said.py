"""Turns of a conversation, as the action server receives their events."""

from typing import Any

from cimento.dialogue.turns import Turn


def user(intent: str, text: str = "…", **parse_data: Any) -> dict[str, Any]:
    """Return the event of a message understood as `intent`."""
    data = {"intent": {"name": intent, "confidence": 1.0}, **parse_data}
    return {"event": "user", "text": text, "parse_data": data}


def bot(
    response: str, escalation: str = "none", topic: str = "", text: str = "…", choices: Any = ()
) -> dict[str, Any]:
    """Return the event of a response said, on its topic or that of its name."""
    topic = topic or response.removeprefix("utter_").partition("/")[0]
    buttons = [{"title": choice, "payload": f"/{choice}"} for choice in choices]
    custom = {"topic": topic, "section": None, "escalation": escalation}
    return {
        "event": "bot",
        "text": text,
        "data": {"custom": custom, "buttons": buttons},
        "metadata": {"utter_action": response},
    }


def answered(*topics: str) -> Turn:
    """Return a turn that was answered on each of `topics`."""
    return [user("several_questions"), *(bot(f"utter_{topic}") for topic in topics)]


def asks(intent: str, text: str = "…") -> Turn:
    """Return the present turn: nothing is said in it yet."""
    return [user(intent, text)]
