"""Count the segments of an SMS in the GSM-7 alphabet (3GPP TS 23.038, § 6.2.1).

Forty lines of our own: the libraries on PyPI that do this have had no release for
years, and one character outside the table turns the whole SMS into UCS-2, which
doubles its price.
"""

MAX_SEGMENTS = 2  # that anything we send may take

_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = set("^{}\\[~]|€")  # two septets each
_ONE_SEGMENT, _EACH_OF_SEVERAL = 160, 153  # septets


def foreign_characters(text: str) -> set[str]:
    """Return the characters of `text` that GSM-7 cannot carry."""
    return set(text) - _BASIC - _EXTENDED


def segments(text: str) -> int:
    """Return how many SMS segments `text` takes; ValueError when it is not GSM-7."""
    foreign = foreign_characters(text)
    if foreign:
        raise ValueError(f"not in GSM-7: {' '.join(sorted(foreign))}")
    septets = len(text) + sum(character in _EXTENDED for character in text)
    return 1 if septets <= _ONE_SEGMENT else -(-septets // _EACH_OF_SEVERAL)
