"""Read signs of alarm in a message: which, and whether they are there or denied.

The words are data (nlu/lexicon/signs.yml); this module knows how French denies them:
"ni fièvre ni frissons", "la fièvre est tombée", "on ne peut pas dire que je n'ai pas
mal", "j'ai pas dit que j'avais de la fièvre". It is free of Rasa.
"""

import re
from dataclasses import dataclass
from functools import lru_cache, partial

from cimento.nlu import lexicon, temperature
from cimento.nlu.text import clip, spell

# Gravest first: the order in which signs found together are answered.
SIGNS = ("emergency", "suicidal", "fever", "chills", "unusual_pain")
# Signs that are many things: to breathe well says nothing of the legs.
_BROAD = {"emergency", "suicidal", "unusual_pain"}

# "jsens", "jpense": no French word starts with j and a consonant.
_GLUED_JE = re.compile(r"\bj(?=[b-df-hj-np-tv-z]\w)")
_SENTENCE_END = re.compile(r"[.!?;\n]|\b(?:mais|par contre|en revanche|cependant|sauf|seulement)\b")
# "pas de fièvre, frissons ou douleurs": the comma goes on with the list that is denied.
_LIST_GOES_ON = r"(?:\s*[a-z]+(?: [a-z]+)?,)*\s*(?:de |d')?[a-z]+(?: [a-z]+)?,? (?:ou|ni)\b"
# A denial reaches to the end of its clause: "pas de fièvre, mais je tremble de froid".
_CLAUSE_END = re.compile(
    rf"[.!?;:(\n+]|,(?!\s*(?:de |d'|ni |aucun|pas |non|sans |zero|ou )|{_LIST_GOES_ON})"
    r"|\bvirgule\b(?! (?:de |d'|ni |aucun|pas |non))|\bet (?!de |d'|ni|pas|non|aucun|sans|meme|zero|plus)"
    r"|\b(?:mais|par contre|en revanche|cependant|sauf|seulement|juste|sinon|toutefois|neanmoins"
    r"|ah si|a part|depuis|puis|parce que|car|je|j'ai|il|elle|el|on|tellement|tant|quand|a cause"
    r"|avec|alors|voila|malgre|surtout|simplement|plutot"
    r"|dormi|mange|bu|sorti|ferme l'oeil|appele|repondu)\b"
)
# "Plus essoufflé qu'hier" is no denial; "je ne suis plus essoufflé" is.
_MORE_THAN = re.compile(r"\s*(?:\w+ )?qu[e' ]")
# The sign and its denial in one: "la bouche n'est pas tordue", "ne sont plus engourdis".
_DENIED_INSIDE = re.compile(
    r"\b(?:pas|jamais|aucune?)\b|\bn[e' ].*\bplus\b|\b(?:est|sont) plus (?!en )"
)
_BUT = re.compile(
    r"\b(?:mais|par contre|en revanche|cependant|sauf|seulement|sinon|toutefois|ah si|a part|dommage|seul souci)\b"
)


@dataclass(frozen=True)
class Mention:
    """One sign named in a message. `denied` when the patient says it is absent.

    `unrelated`: the words or the number look like the sign and are something else
    ("la fièvre du samedi soir", "39 euros"). An unrelated mention is denied too.
    """

    sign: str
    denied: bool
    unrelated: bool = False


@dataclass(frozen=True)
class _Lexicon:
    named: dict[str, re.Pattern[str]]
    told: dict[str, re.Pattern[str]]
    well: dict[str, re.Pattern[str]]
    other_senses: dict[str, re.Pattern[str]]
    denials: re.Pattern[str]
    denials_after: re.Pattern[str]
    undoing: re.Pattern[str]
    not_meant: re.Pattern[str]


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    words = lexicon.load("signs")
    any_of = partial(lexicon.any_of, groups=words["groups"])
    return _Lexicon(
        named={sign: any_of(words[sign]["named"], before=r"\b") for sign in SIGNS},
        told={sign: any_of(words[sign]["told"], before=r"\b") for sign in SIGNS},
        well={sign: any_of(words[sign]["well"], before=r"\b") for sign in SIGNS},
        other_senses={s: any_of(words["other_senses"][s], before=r"\b") for s in SIGNS},
        denials=re.compile(rf"\b(?:{'|'.join(words['denials'])})\b"),
        denials_after=re.compile(rf"\s*(?:{'|'.join(words['denials_after'])})"),
        undoing=any_of(words["undoing"]),
        not_meant=any_of(words["said_not"] + words["unreal"]),
    )


def _after_last(boundary: re.Pattern[str], text: str) -> str:
    """Return what follows the last `boundary` of `text`."""
    start = 0
    for match in boundary.finditer(text):
        start = match.end()
    return text[start:]


def _not_meant(before: str) -> bool:
    return bool(_lexicon().not_meant.search(_after_last(_SENTENCE_END, before)))


def _is_denied(text: str, start: int, end: int) -> bool:
    words = _lexicon()
    before, after = text[:start], text[end:]
    # The words that undo a denial may stand before the clause: "pas dire que je…".
    if words.undoing.search(_after_last(_SENTENCE_END, before) + text[start:end]):
        return False
    if _not_meant(before) or words.denials_after.match(after):
        return True
    if _DENIED_INSIDE.search(text[start:end]):
        return True
    if before.endswith(" plus ") and _MORE_THAN.match(after):
        return False
    return bool(words.denials.search(_after_last(_CLAUSE_END, before)))


def _read_words(sign: str, text: str) -> list[Mention]:
    words = _lexicon()
    mentions = []
    for match in words.told[sign].finditer(text):
        mentions.append(Mention(sign, denied=_not_meant(text[: match.start()])))
    absences = [match.end() for match in words.well[sign].finditer(text)]
    for match in words.named[sign].finditer(text):
        if _is_denied(text, match.start(), match.end()):
            absences.append(match.end())
        else:
            mentions.append(Mention(sign, denied=False))
    for end in absences:
        # What follows "but" may be the same sign in words unknown here.
        if sign not in _BROAD or not _BUT.search(text[end:]):
            mentions.append(Mention(sign, denied=True))
    return mentions


def _read_numbers(text: str) -> list[Mention]:
    """Return what the numbers of `text` say of fever: present, denied or unrelated."""
    measured = temperature.readings(text)
    if temperature.came_down(text, measured):
        measured = measured[-1:]
    if not measured and temperature.only_other_numbers(text):
        return [Mention("fever", denied=True, unrelated=True)]
    return [Mention("fever", denied=not reading.is_fever) for reading in measured]


def read(message: str) -> list[Mention]:
    """Return the signs `message` names, present or denied, in no particular order.

    A temperature below the threshold is a denied fever; at or above, a present one.
    """
    text = _GLUED_JE.sub("je ", spell(clip(message)))
    mentions = []
    for sign, senses in _lexicon().other_senses.items():
        without = senses.sub(" ", text)
        if without != text:
            mentions.append(Mention(sign, denied=True, unrelated=True))
        text = without
    numbers = _read_numbers(text)
    if numbers and all(mention.denied for mention in numbers):
        # "J'ai pris la température : 37" names the measure, not the sign.
        text = text.replace("temperature", "mesure")
    for sign in SIGNS:
        mentions += _read_words(sign, text)
    return mentions + numbers


def present(mentions: list[Mention]) -> list[str]:
    """Return the signs present, gravest first, each once.

    A sign both present and denied counts as present: one needless call is preferred
    to one missed. A measured fever outweighs "pas de fièvre" in the same message.
    """
    there = {mention.sign for mention in mentions if not mention.denied}
    return [sign for sign in SIGNS if sign in there]


def _absent(mentions: list[Mention], unrelated: bool) -> list[str]:
    absent = {m.sign for m in mentions if m.denied and m.unrelated == unrelated}
    return [sign for sign in SIGNS if sign in absent and sign not in present(mentions)]


def denied(mentions: list[Mention]) -> list[str]:
    """Return the signs denied and not present, gravest first, each once."""
    return _absent(mentions, unrelated=False)


def unrelated(mentions: list[Mention]) -> list[str]:
    """Return the signs whose words meant something else, and that are not present."""
    return _absent(mentions, unrelated=True)
