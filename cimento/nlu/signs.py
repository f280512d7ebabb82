"""Read the names of signs of alarm in a message, and whether they are there or denied.

The words are data (nlu/lexicon/signs.yml). They are numbers among others for what has learned to
decide (evidence.py), and all there is when nothing that has learned can be asked (alarms.py): then
a name stands unless its own clause denies it. Free of Rasa.
"""

import re
from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache, partial

import spacy
from spacy.language import Language
from spacy.matcher import Matcher

from cimento.nlu import lexicon, temperature
from cimento.nlu.text import clip, spell

# Gravest first: the order in which signs found together are answered.
URGENT = ("emergency", "suicidal")  # the 15 or the 3114; the others call for the doctor
SIGNS = (*URGENT, "fever", "chills", "unusual_pain")

# A denial reaches to the end of its clause: "pas de fièvre, mais je tremble de froid"…
_CLAUSE_END = re.compile(
    r"[.!?;:(\n]|,(?!\s*(?:de |d'|ni |aucun|pas |non|sans |ou ))|\bet (?!de |d'|ni |pas |aucun|sans |plus )"
    r"|\b(?:mais|par contre|sauf|seulement|depuis|puis|parce que|car|je|j'ai|il|elle|on)\b"
)
# …and a comma goes on with the list that is denied: "pas de fièvre, frissons ou douleurs".
_LIST = re.compile(r",(?=(?:\s*\w+(?: \w+)?,){0,4}\s*\w+(?: \w+)? (?:ou|ni)\b)")


@dataclass(frozen=True)
class Mention:
    """One sign named in a message. `denied` when the patient says it is absent."""

    sign: str
    denied: bool


@dataclass(frozen=True)
class _Lexicon:
    phrases: dict[str, re.Pattern[str]]
    denials: re.Pattern[str]
    denials_after: re.Pattern[str]
    language: Language
    words: Matcher


def _swapped(name: str) -> list[str]:
    return [name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in range(len(name) - 1)]


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    known = lexicon.load("signs")
    any_of = partial(lexicon.any_of, groups=known["groups"], before=r"\b")
    language = spacy.blank("fr")
    words = Matcher(language.vocab)
    for sign in SIGNS:
        names = known[sign]["words"].split()
        # One letter lost, doubled or hit beside; two swapped.
        words.add(sign, [[{"LOWER": {"FUZZY1": name}}] for name in names])
        words.add(sign, [[{"LOWER": {"IN": [n for name in names for n in _swapped(name)]}}]])
    return _Lexicon(
        phrases={sign: any_of(known[sign]["phrases"]) for sign in SIGNS},
        denials=re.compile(rf"\b(?:{'|'.join(known['denials'])})\b"),
        denials_after=re.compile(rf"\s*(?:{'|'.join(known['denials_after'])})"),
        language=language,
        words=words,
    )


def _named(text: str) -> list[tuple[str, int, int]]:
    """Return the signs named, each with the offsets of its name."""
    known = _lexicon()
    found = [
        (sign, match.start(), match.end())
        for sign, phrases in known.phrases.items()
        for match in phrases.finditer(text)
    ]
    for span in known.words(known.language.make_doc(text), as_spans=True):
        found.append((span.label_, span.start_char, span.end_char))
    return found


def read(message: str) -> list[Mention]:
    """Return the signs that `message` names, present or denied, in no particular order.

    A temperature below the threshold is a denied fever; at or above, a present one.
    """
    text = spell(clip(message))
    known = _lexicon()
    # Found once: a message may name hundreds of signs.
    begins = [0, *(end.end() for end in _CLAUSE_END.finditer(_LIST.sub(" ", text)))]
    mentions = []
    for sign, start, end in _named(text):
        clause = text[begins[bisect(begins, start) - 1] : start]
        denied = known.denials.search(clause) or known.denials_after.match(text, end)
        mentions.append(Mention(sign, bool(denied)))
    measured = temperature.readings(text)
    if temperature.came_down(text, measured):
        measured = measured[-1:]
    return mentions + [Mention("fever", denied=not reading.is_fever) for reading in measured]


def present(mentions: list[Mention]) -> list[str]:
    """Return the signs present, gravest first, each once.

    A sign both present and denied counts as present: one needless call is preferred to one missed.
    """
    there = {mention.sign for mention in mentions if not mention.denied}
    return [sign for sign in SIGNS if sign in there]
