"""A patient's words where somebody reads them: no character that a screen would obey."""

import unicodedata

# Cc: controls, ESC and CSI among them. Cf: invisible ones, some of which turn the writing around
# (joiners of emoji as well: an emoji may fall apart). Zl, Zp: breaks of lines. Co, Cs: no letters.
_OBEYED = {"Cc", "Cf", "Zl", "Zp", "Co", "Cs"}


def shown(words: str) -> str:
    """Return `words` on one line, without what is not to be read but obeyed."""
    plain = "".join(" " if unicodedata.category(c) in _OBEYED else c for c in words)
    return " ".join(plain.split())
