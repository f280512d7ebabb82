"""Read signs of alarm in a message: which, and whether they are there or denied.

The words are data (nlu/lexicon/signs.yml); this module knows how French denies them:
"ni fièvre ni frissons", "la fièvre est tombée", "on ne peut pas dire que je n'ai pas
mal", "j'ai pas dit que j'avais de la fièvre". It is free of Rasa.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import yaml

from nlu import temperature
from nlu.text import LEXICON, clip, spell

# Gravest first: the order in which signs found together are answered.
SIGNS = ("emergency", "suicidal", "fever", "chills", "unusual_pain")

# A denial reaches to the end of its clause: "pas de fièvre, mais je tremble de froid".
_CLAUSE_END = re.compile(
    r"[.!?;\n]|,(?!\s*(?:de |d'|ni |aucun|pas |non))|\b(?:mais|par contre|en revanche|cependant|sauf|seulement"
    r"|juste|sinon|toutefois|neanmoins|ah si|a part|depuis|puis|parce que|car|je|j'ai|il|elle)\b"
)


@dataclass(frozen=True)
class Mention:
    """One sign named in a message. `denied` when the patient says it is absent."""

    sign: str
    denied: bool


@dataclass(frozen=True)
class _Lexicon:
    named: dict[str, re.Pattern[str]]
    told: dict[str, re.Pattern[str]]
    denials: re.Pattern[str]
    denials_after: re.Pattern[str]
    undoing: re.Pattern[str]
    said_not: re.Pattern[str]
    other_senses: re.Pattern[str]


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    words = yaml.safe_load((LEXICON / "signs.yml").read_text(encoding="utf-8"))
    return _Lexicon(
        named={sign: _any_of([rf"\b{p}" for p in words[sign]["named"]]) for sign in SIGNS},
        told={sign: _any_of(words[sign]["told"]) for sign in SIGNS},
        denials=re.compile(rf"\b(?:{'|'.join(words['denials'])})\b"),
        denials_after=re.compile(rf"\s*(?:{'|'.join(words['denials_after'])})"),
        undoing=_any_of(words["undoing"]),
        said_not=_any_of(words["said_not"]),
        other_senses=_any_of(words["other_senses"]),
    )


def _is_denied(text: str, start: int, end: int) -> bool:
    lexicon = _lexicon()
    if lexicon.said_not.search(text[:start]):
        return True
    clause_start = 0
    for boundary in _CLAUSE_END.finditer(text[:start]):
        clause_start = boundary.end()
    before = text[clause_start:start]
    # The words that undo a denial may stand before the clause: "pas dire que je…".
    if lexicon.undoing.search(text[:end]):
        return False
    return bool(lexicon.denials.search(before) or lexicon.denials_after.match(text[end:]))


def read(message: str) -> list[Mention]:
    """Return the signs `message` names, present or denied, in no particular order.

    A temperature below the threshold is a denied fever; at or above, a present one.
    """
    lexicon = _lexicon()
    text = lexicon.other_senses.sub(" ", spell(clip(message)))
    mentions = []
    for sign in SIGNS:
        for match in lexicon.told[sign].finditer(text):
            denied = bool(lexicon.said_not.search(text[: match.start()]))
            mentions.append(Mention(sign, denied))
        for match in lexicon.named[sign].finditer(text):
            mentions.append(Mention(sign, _is_denied(text, match.start(), match.end())))
    for reading in temperature.readings(text):
        mentions.append(Mention("fever", denied=not reading.is_fever))
    return mentions


def present(mentions: list[Mention]) -> list[str]:
    """Return the signs present, gravest first, each once.

    A sign both present and denied counts as present: one needless call is preferred
    to one missed. A measured fever outweighs "pas de fièvre" in the same message.
    """
    there = {mention.sign for mention in mentions if not mention.denied}
    return [sign for sign in SIGNS if sign in there]


def denied(mentions: list[Mention]) -> list[str]:
    """Return the signs denied and not present, gravest first, each once."""
    absent = {mention.sign for mention in mentions if mention.denied}
    return [sign for sign in SIGNS if sign in absent and sign not in present(mentions)]
