"""How easy a wording is to read, by Kandel and Moles, and how long its longest sentence is.

Kandel and Moles (1958) adapted Flesch's formula to French: 207 - 1.015 x words a sentence
- 73.6 x syllables a word, as textstat computes it. The higher, the easier: 60 is what many
read without effort, 80 what is easy. It counts words, it does not understand them: that the
words are known and in the right order remains for a reader to say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import textstat

from cimento.answers.catalogue import Wording

STANDARD_BAR, EASY_BAR = 60, 80
EASY_WORDS = 12  # in a sentence of an easy wording, at most

_SERVICE = re.compile(r":? ?\{service_phone\}, poste \{service_extension\}")
_ENDS = re.compile(r"[.!?;:\n]+(?:\s|$)|\n")
_WORD = re.compile(r"\w[\w'’%,-]*")


@dataclass(frozen=True)
class Reading:
    """The figures of one wording. `longest`: the words of its longest sentence."""

    wording: Wording
    score: float
    longest: int

    @property
    def is_easy(self) -> bool:
        """Whether it meets the bars of the easy wordings."""
        return self.score >= EASY_BAR and self.longest <= EASY_WORDS


def _sentences(text: str) -> list[str]:
    """Return the sentences of `text`: a line, an item of a list and a clause are one each."""
    bare = re.sub(r"^(?:- |\d\) )", "", _SERVICE.sub("", text), flags=re.MULTILINE)
    return [piece.strip() for piece in _ENDS.split(bare) if re.search(r"\w", piece)]


def read(wording: Wording) -> Reading:
    """Return the figures of `wording`, the service's number left out."""
    textstat.set_lang("fr")
    sentences = _sentences(wording.text)
    score = textstat.flesch_reading_ease(". ".join(sentences) + ".")
    return Reading(wording, score, max(len(_WORD.findall(one)) for one in sentences))


def _place(wording: Wording) -> tuple[str, str, str]:
    return wording.standard, wording.channel, wording.condition


def report(wordings: Iterable[Wording]) -> str:
    """Return one line for each wording, the hardest first: score, longest sentence, name."""
    readings = sorted(map(read, wordings), key=lambda reading: reading.score)
    lines = [
        f"{reading.score:4.0f} {reading.longest:6}  {reading.wording.response} "
        f"({reading.wording.channel})"
        for reading in readings
    ]
    return "\n".join(["ease  words in the longest sentence", *lines])


def hard_to_read(wordings: Iterable[Wording]) -> list[str]:
    """Return one line for each wording under its bar.

    An answer is offered again in an easy wording; without one it must be easy itself.
    """
    readings = [read(wording) for wording in wordings]
    said_again = {_place(r.wording) for r in readings if r.wording.is_easy}
    found = []
    for reading in readings:
        wording = reading.wording
        where = f"{wording.file}, {wording.response} ({wording.channel})"
        must_be_easy = wording.is_easy or _place(wording) not in said_again
        if must_be_easy and not reading.is_easy:
            found.append(
                f"{where}: {reading.score:.0f}, at least {EASY_BAR}; "
                f"{reading.longest} words in a sentence, at most {EASY_WORDS}"
            )
        elif reading.score < STANDARD_BAR:
            found.append(f"{where}: {reading.score:.0f}, at least {STANDARD_BAR}")
    return found
