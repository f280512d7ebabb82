"""Buttons by SMS: numbered lines, and the answers "1", "le 2", "réponse 3"."""

import re
from collections.abc import Iterable
from typing import Any

from cimento.nlu.text import fold

_ORDINALS = {
    **dict.fromkeys(("un", "une", "premier", "premiere", "1er", "1ere"), 1),
    **dict.fromkeys(("deux", "deuxieme", "second", "seconde", "2eme", "2e"), 2),
    **dict.fromkeys(("trois", "troisieme", "3eme", "3e"), 3),
}
_CHOICE = re.compile(
    r"\W*(?:(?:je (?:choisis|prends)|c'est|ce sera|plutot) )?(?:(?:l[ea]|ma|mon) )?"
    r"(?:(?:reponse|choix|numero|n°|no|option|chiffre)\s*:?\s*)?(?:l[ea] )?"
    rf"(\d{{1,2}}|{'|'.join(_ORDINALS)})(?:\W*(?:svp|merci|s'il vous plait))?\W*"
)


def offered(events: Iterable[Any]) -> list[str]:
    """Return the payloads of the buttons of the last turn, in the order of their numbers.

    `events`: Rasa's, oldest first.
    """
    payloads: list[str] = []
    for event in events:
        if event.type_name == "user":
            payloads = []
        elif event.type_name == "bot":
            payloads += [button["payload"] for button in event.data.get("buttons") or []]
    return payloads


def chosen(text: str, payloads: list[str]) -> str | None:
    """Return the payload that `text` chooses by its number, None when it chooses none."""
    match = _CHOICE.fullmatch(fold(text.strip()))
    if not match:
        return None
    number = int(match[1]) if match[1].isdecimal() else _ORDINALS[match[1]]
    return payloads[number - 1] if 0 < number <= len(payloads) else None
