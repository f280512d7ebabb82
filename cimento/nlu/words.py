"""Cut a message into words that know where they stand, and what each is like."""

import re
from functools import lru_cache

from cimento.nlu.phonetic import sounds
from cimento.nlu.text import spell

_WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+'?|[^\w\s]")
_FEVER_FROM, _BODY_FROM, _BODY_TO = 38.0, 34.0, 43.0  # °C; the first: sheet/policy.yml


def kind_of_number(word: str) -> str | None:
    """Return what a number may be: "#hot" (a temperature of fever), "#cool", "#small"
    (a score, a count), "#number", "#large"; None for a word."""
    try:
        value = float(word.replace(",", "."))
    except ValueError:
        return None
    if _BODY_FROM <= value < _BODY_TO:
        return "#hot" if value >= _FEVER_FROM else "#cool"
    if value <= 10:
        return "#small"
    return "#number" if value < 100 else "#large"


@lru_cache(maxsize=50_000)
def _form(word: str) -> str:
    return kind_of_number(word) or spell(word)


@lru_cache(maxsize=50_000)
def sound(form: str) -> str:
    """Return how a word sounds (see phonetic.py)."""
    return sounds(form)


@lru_cache(maxsize=50_000)
def pieces(form: str) -> tuple[str, ...]:
    """Return the pieces of two to four letters of a word, its ends marked."""
    marked = f"<{form}>"
    return tuple(marked[i : i + n] for n in (2, 3, 4) for i in range(len(marked) - n + 1))


def words(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """Return the (start, end) of each word of a normalised `text`, and the forms: SMS
    spelling written out, numbers by their kind, punctuation as it is."""
    found = list(_WORD.finditer(text))
    return [match.span() for match in found], [_form(match[0]) for match in found]
