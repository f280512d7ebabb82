"""Misspell as fingers do on a phone: a letter dropped, doubled, swapped, or the one beside it."""

import random

_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_BESIDE = {
    letter: row[max(0, i - 1) : i] + row[i + 1 : i + 2]
    for row in _ROWS
    for i, letter in enumerate(row)
}


def mistype(text: str, errors: int, chance: random.Random) -> str:
    """Return `text` with that many errors in its letters; as it is when it has no letter."""
    letters = list(text)
    for _ in range(errors):
        places = [i for i, letter in enumerate(letters) if letter.isalpha()]
        if not places:
            break
        place = chance.choice(places)
        letter = letters[place]
        kind = chance.choice(("drop", "double", "swap", "beside"))
        if kind == "drop":
            del letters[place]
        elif kind == "double":
            letters.insert(place, letter)
        elif kind == "swap" and place + 1 < len(letters):
            letters[place : place + 2] = letters[place + 1], letter
        else:
            letters[place] = chance.choice(_BESIDE.get(letter.lower(), letter))
    return "".join(letters)
