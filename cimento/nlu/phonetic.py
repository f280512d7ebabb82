"""Write French words as they sound, so that spelling mistakes meet.

"sa fé mal o do" and "ça fait mal au dos" get the same key. Measured on unseen
authors (docs/understanding.md): +0.7 point of topic accuracy as an extra word
feature. No maintained Python library does this for French: abydos' FONEM and Henry
codes are made for surnames and drop the vowels that tell short words apart.
"""

import re

from cimento.nlu.text import spell

# In order: graphemes to sounds, then silent letters at the end of words.
_RULES = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        (r"eau|au", "o"),
        (r"ph", "f"),
        (r"qu|q", "k"),
        (r"ch", "x"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"ge(?=[ao])", "j"),
        (r"g(?=[eiy])", "j"),
        (r"ai|ei|(?:et|er|ez|es)\b", "e"),
        (r"y", "i"),
        (r"ain|ein|im(?=[pb])|in", "1"),
        (r"en|em(?=[pb])|am(?=[pb])|an", "2"),
        (r"h", ""),
        (r"(.)\1", r"\1"),
        (r"[stdxepz]\b", ""),
    ]
]


def sounds(text: str) -> str:
    """Return the words of `text` as keys of their sound, separated as in `text`."""
    key = spell(text)
    for pattern, sound in _RULES:
        key = pattern.sub(sound, key)
    return key
