"""Write French in the GSM-7 alphabet: what is outside it costs the price of two SMS.

É, é, è, à, ù, ä, ö, ü, ñ and Ç are inside; ê, ë, ç, œ, ’ and « are not.
"""

import re
import unicodedata

from cimento.sms import gsm7

# Said otherwise; what is not here keeps its base letter (ê → e) or is left out (emoji).
_SAID = {
    "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‑": "-", "−": "-", "•": "-", "·": "-",
    "…": "...", "œ": "oe", "Œ": "OE", "→": "->", "×": "x", "\t": " ",
}  # fmt: skip
_QUOTES = re.compile(r"«\s*|\s*»")
_DEGREES = re.compile(r"\s*°\s*C\b")


def _plain(character: str) -> str:
    if not gsm7.foreign_characters(character):
        return character
    if character in _SAID:
        return _SAID[character]
    if character == "°":  # "n°"
        return "o"
    if unicodedata.category(character) == "Zs":
        return " "
    base = unicodedata.normalize("NFKD", character)
    return "".join(_SAID.get(c, c) for c in base if c in _SAID or not gsm7.foreign_characters(c))


def to_gsm7(text: str) -> str:
    """Return `text` in GSM-7, as near as the alphabet allows; what is in it is unchanged."""
    text = unicodedata.normalize("NFC", text)
    text = _DEGREES.sub(" degrés", _QUOTES.sub('"', text))
    return "".join(_plain(character) for character in text)
