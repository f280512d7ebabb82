"""Which of several questions or points a patient means: « et le troisième ? »."""

import re
from collections.abc import Container, Sequence

from cimento.answers.structure import blocks
from cimento.dialogue.subject import topics_of
from cimento.dialogue.turns import Turn, offered, texts
from cimento.nlu.text import fold, spell

_LAST = -1
_LOOKS_BACK = 6  # turns in which several questions are remembered
_ORDINALS = {
    1: r"1(?:er|ere|re)?|prem\w*|un|une",
    2: r"2(?:e|eme|nd|nde)?|deux\w*|second\w*",
    3: r"3(?:e|eme)?|trois\w*",
    4: r"4(?:e|eme)?|quatr\w*",
    5: r"5(?:e|eme)?|cinq\w*",
    6: r"6(?:e|eme)?|six\w*",
    _LAST: r"dern\w*",
}
# "Le deuxième", in a message that asks something of it; "une" and "les deux" point at nothing.
_NAMED = {
    place: re.compile(rf"\b(?:le|la|l|au|du|ma|mon) ?'?(?:{words.removesuffix('|un|une')})\b")
    for place, words in _ORDINALS.items()
}
_NUMBERS = {place: re.compile(rf"\b(?:{words})\b") for place, words in _ORDINALS.items()}
# "Et le b ?", of who has asked "a) … b) …".
_LETTER = re.compile(r"\b(?:le|la|question|point) ([a-f])\s*(?:[?.!,)]|$)")
# Twice a thing is named: "une" in "une question" counts only where nothing else does.
_ORDER = (2, 3, 4, 5, 6, _LAST, 1)


def place(text: str) -> int | None:
    """Return the place that `text` names, from 1, or -1 for the last; None when it names none."""
    words = spell(text)
    return next((n for n in _ORDER if _NUMBERS[n].search(words)), _letter(text))


def named(text: str) -> int | None:
    """Return the place that `text` points at with an article, as `place`; None when with none."""
    words = spell(text)
    return next((n for n in _ORDER if _NAMED[n].search(words)), _letter(text))


def _letter(text: str) -> int | None:
    found = _LETTER.search(fold(text))
    return found and "abcdef".index(found[1]) + 1


def _at(items: Sequence[str], which: int) -> str | None:
    index = which if which < 0 else which - 1
    return items[index] if -len(items) <= index < len(items) else None


def topic_at(turns: Sequence[Turn], which: int, known: Container[str]) -> str | None:
    """Return the topic in that place of the latest message that asked several, or of the
    latest choices offered; None when there was neither."""
    for turn in reversed(turns[-1 - _LOOKS_BACK : -1]):
        for topics in (topics_of(turn, known), [t for t in offered(turn) if t in known]):
            if len(topics) > 1:
                return _at(topics, which)
    return None


def point_at(turn: Turn, which: int) -> str | None:
    """Return the item in that place of the list that `turn` said, after the words that open the
    list (« Appelez immédiatement votre médecin si vous avez : »); None when it said none."""
    for text in texts(turn):
        opening = ""
        for block in blocks(text):
            if block["kind"] != "text":
                item = _at(block["lines"], which)
                return item and f"{opening} {item}".strip()
            opening = block["lines"][-1] if block["lines"][-1].endswith(":") else ""
    return None
