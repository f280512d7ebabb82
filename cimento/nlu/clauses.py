"""Cut a message into the clauses that may each say or ask something of their own."""

import re

_JOINT = re.compile(
    r"(?<=[?!.;\n…])\s*|,\s|\s(?:et|mais|sauf|puis|sinon|par contre|virgule|point)\s|\s\d\s?[)/.]\s"
    r"|\+",
    re.IGNORECASE,
)
# "1 la voiture 2 les repas 3 le bricolage": a list without marks.
_LIST = re.compile(r"(?:^|\s)1\s[^\W\d].*\s2\s[^\W\d]", re.DOTALL)
_ITEM = re.compile(r"(?:^|\s)[1-9]\s(?=[^\W\d])")
_SHORTEST = 6  # characters
# Patients' longest letters have some twenty; a turn must stay quick whatever is pasted.
MOST = 14


def clauses(text: str) -> list[str]:
    """Return the clauses of `text`, in its order; none when it is one clause only.

    Of a message that has more than can be read in time, the first and the last.
    """
    if _LIST.search(text):
        text = _ITEM.sub("\n", text)
    found = [part.strip() for part in _JOINT.split(text)]
    found = [part for part in found if len(part) >= _SHORTEST]
    if len(found) < 2:
        return []
    return found if len(found) <= MOST else found[: MOST // 2] + found[-MOST // 2 :]
