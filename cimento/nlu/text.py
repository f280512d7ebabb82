"""Bring patients' spelling back to plain French letters and words.

`fold` removes what carries no meaning here (case, accents, repeated letters);
`spell` also writes out SMS spelling ("jpeu", "koi", "ds") with the list of
`lexicon/sms.yml`. Offsets are not kept: nothing downstream needs them.
"""

import re
import unicodedata
from functools import lru_cache

from cimento.nlu import lexicon

# Read at most this much of a message. Patients' longest messages have some 900
# characters; a pasted document is not a question, and time must stay bounded.
MAX_CHARACTERS = 2000

_SAME_LETTERS = str.maketrans(
    {**dict.fromkeys("’‘ʼ`´′＇", "'"), "œ": "oe", "æ": "ae", "Œ": "OE", "Æ": "AE"}
)
# What a phone or a copied page puts between letters, and no reader sees: it hid alarms.
_UNSEEN = {"Cf", "Cc", "Cs", "Co", "Cn"}


def normalise(text: str) -> str:
    """Return `text` as its reader sees it: one form for each letter, every apostrophe and
    space plain, format characters dropped, lone surrogates made spaces."""
    text = unicodedata.normalize("NFKC", text.translate(_SAME_LETTERS))
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if character == "\n" or category not in _UNSEEN:
            kept.append(" " if category == "Zs" else character)
        elif category in ("Cc", "Cs"):
            kept.append(" ")
    return "".join(kept)


def clip(text: str) -> str:
    """Keep the beginning and the end of a message longer than MAX_CHARACTERS.

    The end is kept because an alarm often comes last ("… ah si, 39 ce matin").
    """
    if len(text) <= MAX_CHARACTERS:
        return text
    half = MAX_CHARACTERS // 2
    return f"{text[:half]} {text[-half:]}"


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, letters repeated at most twice."""
    decomposed = unicodedata.normalize("NFD", normalise(text).lower())
    plain = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return re.sub(r"([^\W\d])\1{2,}", r"\1\1", plain)


@lru_cache(maxsize=1)
def sms_words() -> dict[str, str]:
    """Return the SMS spellings and the words they stand for, both folded."""
    return {
        fold(spelling): fold(words)
        for words, spellings in lexicon.load("sms").items()
        for spelling in spellings.split()
    }


@lru_cache(maxsize=32)  # a turn spells its message and each clause several times
def spell(text: str) -> str:
    """Return `text` folded and with SMS spelling written out."""
    words = sms_words()
    # An elided word is whole already: the c of "c'est" is not the SMS "c".
    return re.sub(r"\b\w+\b(?!')", lambda word: words.get(word[0], word[0]), fold(text))
