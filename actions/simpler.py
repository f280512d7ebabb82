"""Whether who asks to hear it again asks for it in simpler words."""

import re

from cimento.nlu.text import spell

# Not understood, too hard, too long, other words; lost, erased or unheard is something else.
_SIMPLER = re.compile(
    r"simpl|facil|compliqu|co[mn]pr|pige|pije|saisi|capt|clair|savant|jargon|chinois|notaire"
    r"|docteur|\b(?:petits?|d'autres|autres|grands?) mots?\b|mots? (?:de tous|simple|plus)|court"
    r"|resum|reformul|autrement|autre facon|enfant|francais|trop long|deux lignes|expliqu"
)


def asks_simpler(text: str) -> bool:
    """Return whether `text`, a wish to hear the last answer again, asks for simpler words."""
    return bool(_SIMPLER.search(spell(text)))
