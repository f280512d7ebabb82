"""Prove that the answers rest on the sheet. `cimento check` runs it.

`problems` lists every breach in plain words; an empty list is the proof. It runs at
every start (a broken source must not be served) and in the tests.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cimento.answers import sheet
from cimento.answers.calls import check_calls
from cimento.answers.catalogue import (
    FACETS,
    LEVELS,
    SMS,
    WEB,
    Catalogue,
    Wording,
    read_catalogue,
)
from cimento.answers.facts import check_covered, check_faithful, check_whole, read_facts
from cimento.answers.keys import check_key, check_short
from cimento.nlu.text import fold
from cimento.settings.paths import ROOT
from cimento.sms import gsm7

FACET_FOLDER = "facets"  # of data/
MAX_WEB_CHARACTERS = 830  # the instructions before and after, with whom to call

# Sentences of the sheet that no answer needs to quote, each with its reason.
NOT_QUOTED = {
    "Madame, Monsieur,": "salutation",
    "Nous espérons avoir répondu à la plupart de vos interrogations.": "closing courtesy",
    "Bordeaux le, …………………………………………….…………": "signature block, to be filled in by hand",
    "Signature …………………………………………….…………………": "signature block, to be filled in by hand",
}

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
# A space here must be one that does not break: "?" alone would begin a line.
BREAKS = re.compile(r"(?<=\S) (?:[:;?!%»]|°C)|(?<=\d) (?:heures|minutes|premières)\b")
# Half of the patients are women: said otherwise, it is true of both.
_GENDERED = re.compile(
    r"\bvous (?:a|ont|etes|serez|restez) (?:pris|accompagne|accueilli|allonge|conduit|couche"
    r"|endormi|installe|opere|positionne|recouvert|seul)\b|\brestez allonge\b|\bpas seul\b"
)
_YES_OR_NO = re.compile(r"(?:oui|non)\b")  # an answer is that of many questions
_LIST_MARK = re.compile(r"^\d[.)] ", re.MULTILINE)  # "1) …", "1. Oui": counts, states nothing


def _numbers(text: str) -> set[str]:
    return {number.replace(",", ".") for number in _NUMBER.findall(_LIST_MARK.sub("", text))}


def check_sources(wording: Wording, source: str, policy: dict[str, dict[str, Any]]) -> list[str]:
    """Return what is wrong with the quotes, statements and numbers of a wording, one line each."""
    where = f"{wording.file}, {wording.response} ({wording.channel})"
    found = [f"{where}: not in the sheet: « {q} »" for q in wording.quotes if q not in source]
    unknown = [name for name in wording.policy if name not in policy]
    found += [f"{where}: no statement {name!r} in {sheet.POLICY}" for name in unknown]
    known = " ".join([*wording.quotes, *(policy[p]["text"] for p in wording.policy if p in policy)])
    loose = _numbers(re.sub(r"\{\w+\}", "", wording.text)) - _numbers(known)
    found += [
        f"{where}: {number} is in no quote and no policy statement" for number in sorted(loose)
    ]
    text = fold(wording.text)
    found += [
        f"{where}: loses {words!r} of {name!r} in {sheet.POLICY}"
        for name in wording.policy
        for words in policy.get(name, {}).get("keep", ())
        if not re.search(words, text)
    ]
    return found


def check_form(wording: Wording, catalogue: Catalogue, sections: set[str]) -> list[str]:
    """Return what is wrong with the length, alphabet, manners and object of a wording, one line
    each."""
    where = f"{wording.file}, {wording.response} ({wording.channel})"
    text = catalogue.render(wording.text)
    found = [f"{where}: true of a man alone: {at[0]!r}" for at in _GENDERED.finditer(fold(text))]
    if _YES_OR_NO.match(fold(text)):
        found.append(f"{where}: begins with yes or no, whatever was asked")
    if wording.channel == SMS:
        foreign = gsm7.foreign_characters(text)
        if foreign:
            found.append(f"{where}: not GSM-7: {' '.join(sorted(foreign))}")
        elif gsm7.segments(text) > gsm7.MAX_SEGMENTS:
            found.append(
                f"{where}: {gsm7.segments(text)} SMS segments, at most {gsm7.MAX_SEGMENTS}"
            )
    else:
        if len(text) > MAX_WEB_CHARACTERS:
            found.append(f"{where}: {len(text)} characters, at most {MAX_WEB_CHARACTERS}")
        found += [
            f"{where}: a plain space may break before {mark!r}"
            for mark in sorted({at[0].strip() for at in BREAKS.finditer(wording.text)})
        ]
    found += check_key(wording)
    if set(wording.custom) != {"topic", "section", "escalation"}:
        found.append(f"{where}: custom must be topic, section, escalation")
    elif wording.custom["escalation"] not in LEVELS:
        found.append(f"{where}: escalation is one of {', '.join(LEVELS)}")
    elif wording.custom["section"] not in sections | {None}:
        found.append(f"{where}: the sheet has no section {wording.custom['section']!r}")
    return found


def with_inherited_sources(wordings: Sequence[Wording]) -> list[Wording]:
    """Give a wording without sources (an SMS, an easy one) those of its standard web twin."""
    twins = {(w.response, w.condition): w for w in wordings if w.channel == WEB}
    complete = []
    for wording in wordings:
        twin = twins.get((wording.standard, wording.condition))
        if twin and not (wording.quotes or wording.policy):
            wording = replace(wording, quotes=twin.quotes, policy=twin.policy)
        complete.append(wording)
    return complete


def check_easy(wordings: Sequence[Wording]) -> list[str]:
    """Return the easy wordings that stand for no answer, or under another topic, section, level."""
    said = {(w.response, w.condition): w.custom for w in wordings if w.channel == WEB}
    return [
        f"{w.file}, {w.response} ({w.channel}): {w.standard} has another custom, or no such wording"
        for w in wordings
        if w.is_easy and said.get((w.standard, w.condition)) != w.custom
    ]


def check_facets(catalogue: Catalogue) -> list[str]:
    """Return the answers to follow-up questions whose topic or facet is none, and those that
    stand under another topic, section or level than their topic's answer; and the facets that are
    declared unsaid and are none, or are answered."""
    found = []
    for wording in catalogue.wordings:
        where = f"{wording.file}, {wording.response} ({wording.channel})"
        if Path(wording.file).parent.name == FACET_FOLDER and not wording.facet:
            found.append(f"{where}: ends in none of /{', /'.join(FACETS)}")
        elif wording.facet:
            try:
                same = wording.custom == catalogue.answer(wording.topic).custom
            except LookupError as error:
                found.append(f"{where}: {error}")
            else:
                found += [] if same else [f"{where}: utter_{wording.topic} has another custom"]
        answered = catalogue.facets.get(wording.topic, {})
        for facet in wording.unsaid:
            if facet not in FACETS:
                found.append(f"{where}: `unsaid` is of {', '.join(FACETS)}, not {facet!r}")
            elif facet in answered:
                found.append(f"{where}: {facet!r} is `unsaid`, and {answered[facet]} says it")
    return found


def problems(root: Path = ROOT) -> list[str]:
    """Return what is wrong with the answers under `root`, one line each.

    Raises sheet.SourceError when the sheet, the policy or a data file cannot be read.
    """
    source = sheet.read_text(root, sheet.SHEET)
    policy, sections = sheet.read_policy(root), sheet.read_sections(root)
    facts, catalogue = read_facts(root), read_catalogue(root)
    wordings = with_inherited_sources(catalogue.wordings)
    found = [line for w in wordings for line in check_sources(w, source, policy)]
    found += [line for w in wordings for line in check_form(w, catalogue, set(sections))]
    found += [line for w in wordings for line in check_calls(w)]
    found += [line for w in wordings for line in check_faithful(w, facts)]
    found += check_covered(wordings, facts, source) + check_whole(wordings, facts)
    found += check_easy(wordings) + check_facets(catalogue)
    found += check_short(replace(catalogue, wordings=tuple(wordings)), facts)
    for response in {w.response for w in wordings}:
        if not any(w.channel == SMS for w in wordings if w.response == response):
            found.append(f"{response} has no sms wording")
    for name, value in catalogue.service.items():
        if value not in source:
            found.append(f"domain.yml: {name} {value!r} is not in the sheet")
    quoted = "\n".join(quote for wording in wordings for quote in wording.quotes)
    for section in sections.values():
        for sentence in sheet.sentences(section):
            if sentence not in quoted and sentence not in NOT_QUOTED:
                found.append(f"no answer quotes this sentence of the sheet: « {sentence} »")
    return found
