"""What every wording that rests on a passage of the sheet must keep of it: sheet/facts.yml."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from cimento.answers.catalogue import SMS, Wording
from cimento.answers.sheet import SourceError, read_text
from cimento.nlu.text import fold
from cimento.settings.paths import ROOT

FACTS = Path("sheet/facts.yml")

# An exception, a condition, a degree: a wording that loses one says something else.
_HEDGE = re.compile(
    r"\b(?:sauf|si|peut|peuvent|pourra|pourront|pouvant|possible|susceptible|environ|plus de"
    r"|en général|généralement|habituellement|dans certains cas|par exemple|en particulier"
    r"|notamment|faibles?|exceptionnel|discuté|immédiatement|indispensable|au minimum)\b"
)
# Words that make more of what the sheet says, unless the quotes have them too.
_STRONGER = re.compile(
    r"\b(?:toujours|jamais|obligatoires?|obligatoirement|interdite?s?|garantie?s?|certainement"
    r"|forcement|imperativement|aucun risque|sans risque|sans danger|tout va bien|indispensable"
    r"|a l'aveugle)\b"
)


@dataclass(frozen=True)
class Fact:
    """A passage of the sheet, verbatim, and the expressions that its wordings keep or avoid.

    `sms`: whether an SMS must keep it too.
    """

    passage: str
    keep: tuple[str, ...]
    never: tuple[str, ...] = ()
    sms: bool = True

    def stands_in(self, text: str) -> bool:
        """Return whether `text` keeps all of it."""
        folded = fold(text)
        return all(re.search(words, folded, re.DOTALL) for words in self.keep)


def read_facts(root: Path = ROOT) -> list[Fact]:
    """Return the facts in the order of the sheet; SourceError when the file is malformed."""
    text = read_text(root, FACTS)
    try:
        return [
            Fact(
                passage=entry["passage"],
                keep=tuple(entry["keep"]),
                never=tuple(entry.get("never", ())),
                sms=entry.get("sms", True),
            )
            for entry in yaml.safe_load(text)
        ]
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise SourceError(
            f"{FACTS} is malformed: {error!r}. Each needs passage and keep."
        ) from error


def resting_on(wording: Wording, facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts whose passage stands in a quote of `wording`."""
    return [fact for fact in facts if any(fact.passage in quote for quote in wording.quotes)]


def check_faithful(wording: Wording, facts: Sequence[Fact]) -> list[str]:
    """Return what a wording loses, softens or hardens of its quotes, one line each."""
    where = f"{wording.file}, {wording.response} ({wording.channel})"
    text = fold(wording.text)
    found = []
    for fact in resting_on(wording, facts):
        if wording.channel == SMS and not fact.sms:
            continue
        lost = [words for words in fact.keep if not re.search(words, text, re.DOTALL)]
        found += [f"{where}: loses {words!r} of « {fact.passage} »" for words in lost]
        said = [words for words in fact.never if re.search(words, text)]
        found += [f"{where}: {words!r} is not « {fact.passage} »" for words in said]
    quoted = fold(" ".join(wording.quotes))
    # A title is read too, on a button.
    shown = f"{text} {fold(wording.title or '')}"
    harder = {word for word in _STRONGER.findall(shown) if word not in quoted}
    return found + [f"{where}: {word!r} is in no quote" for word in sorted(harder)]


def check_covered(wordings: Iterable[Wording], facts: Sequence[Fact], source: str) -> list[str]:
    """Return the passages that are not in the sheet, and what of the quotes no passage holds."""
    found = [
        f"{FACTS}: not in the sheet: « {fact.passage} »"
        for fact in facts
        if fact.passage not in source
    ]
    for quote in sorted({quote for wording in wordings for quote in wording.quotes}):
        spans = [
            (at.start(), at.end())
            for fact in facts
            for at in re.finditer(re.escape(fact.passage), quote)
        ]
        bare = {
            hedge[0]
            for hedge in _HEDGE.finditer(quote)
            if not any(start <= hedge.start() and hedge.end() <= end for start, end in spans)
        }
        if not spans:
            found.append(f"{FACTS} says nothing of what to keep of « {quote} »")
        found += [f"{FACTS} does not hold {word!r} of « {quote} »" for word in sorted(bare)]
    return found


def check_whole(wordings: Sequence[Wording], facts: Sequence[Fact]) -> list[str]:
    """Return the facts of an answer that its SMS or its easy wording leaves out.

    A fact that one of the wording's choices leads to is not left out.
    """
    by_response: dict[str, list[Wording]] = {}
    for wording in wordings:
        by_response.setdefault(wording.response, []).append(wording)
    found = []
    for shorter in (w for w in wordings if w.channel == SMS or w.is_easy):
        behind = [w for choice in shorter.choices for w in by_response.get(f"utter_{choice}", [])]
        told = {fact for wording in [shorter, *behind] for fact in resting_on(wording, facts)}
        for twin in by_response.get(shorter.standard, []):
            if twin.condition == shorter.condition:
                left = [fact for fact in resting_on(twin, facts) if fact.sms and fact not in told]
                found += [
                    f"{shorter.file}, {shorter.response} ({shorter.channel}): "
                    f"leaves out « {fact.passage} »"
                    for fact in left
                ]
    return found
