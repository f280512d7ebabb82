"""What the chat says unasked: its welcome, and its apology when it cannot answer."""

from typing import Any

from cimento.answers.catalogue import Catalogue
from cimento.channels.chat.preparation import preparation
from cimento.channels.chat.questions import questions
from cimento.channels.chat.replies import Replies


def welcome(catalogue: Catalogue, replies: Replies, max_characters: int) -> dict[str, Any]:
    """Return what a new conversation begins with (openapi.yml, less its token)."""
    greeting = catalogue.wording("utter_help/chat_greeting")
    return {
        "max_characters": max_characters,
        "greeting": replies.shown(catalogue.render(greeting.text)),
        "questions": questions(),
        "preparation": preparation(catalogue),
        "service": replies.service,
    }


def apology(catalogue: Catalogue) -> dict[str, Any]:
    """Return the body of an answer that could not be made, with the numbers to call."""
    wording = catalogue.wording("utter_help/unavailable")
    return {"error": {"code": "unavailable", "message": catalogue.render(wording.text)}}
