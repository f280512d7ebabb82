"""Read whether a message speaks from before or from after the act. Free of Rasa."""

import re
from functools import lru_cache

from cimento.nlu import lexicon
from cimento.nlu.text import clip, spell

BEFORE, AFTER = "before", "after"


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return what to look for, in order, and the moment that each tells."""
    words = lexicon.load("moments")
    return [
        (lexicon.any_of(words[key], words["groups"]), moment)
        for key, moment in (
            ("planned_before", BEFORE),
            ("not_before", AFTER),
            ("not_after", BEFORE),
            ("after", AFTER),
            ("before", BEFORE),
        )
    ]


def read(message: str) -> str | None:
    """Return BEFORE or AFTER when `message` tells which, None when it tells neither.

    When both are told ("opéré hier, je mange quoi avant la douche ?") the past act
    wins: what was done is surer than what is planned.
    """
    text = spell(clip(message))
    return next((moment for pattern, moment in _patterns() if pattern.search(text)), None)


_NAMED = re.compile(r"(?<!pas )(?<!pas d')\b(?:(avant|veille)|(?:apres|retour))\b")


def corrected_to(message: str) -> str | None:
    """Return the moment that a message corrects another to: what `read` finds, else the last that
    it names and does not deny ("non, après je voulais dire"). None when it names none."""
    if moment := read(message):
        return moment
    named = [BEFORE if found[1] else AFTER for found in _NAMED.finditer(spell(clip(message)))]
    return named[-1] if named else None


@lru_cache(maxsize=1)
def _first_day_over() -> re.Pattern[str]:
    words = lexicon.load("moments")
    return lexicon.any_of(words["first_day_over"], words["groups"])


def is_first_day_over(message: str, moment: str | None) -> bool:
    """Return whether `message` says that the act was two days ago or more; `moment`: what `read`
    found in it."""
    return moment == AFTER and bool(_first_day_over().search(spell(clip(message))))
