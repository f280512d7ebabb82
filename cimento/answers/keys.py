"""The key words of an answer, and what is left of it when they alone are said again."""

import re
from collections.abc import Sequence

from cimento.answers.catalogue import SMS, WEB, Catalogue, Wording
from cimento.answers.facts import Fact, resting_on
from cimento.answers.short import EMERGENCY
from cimento.nlu.text import fold

_CONTACT = "Si besoin, reprenez contact avec nous"  # a number, said beside any answer
_DOCTOR = re.compile(r"immediatement (?:votre|son) medecin")
# A sentence that opens so takes something back of the one before, or ends it.
_EXCEPTION = re.compile(
    r"(?<=[.!?])\s+((?:Mais|Sauf|Ou|Toutefois|Dans certains cas|Restez ainsi|C'est possible)\b)"
)


def check_key(wording: Wording) -> list[str]:
    """Return what is wrong with the key words of one wording, one line each.

    They stand in it; and of its emergency numbers they hold the first one, or none.
    """
    where = f"{wording.file}, {wording.response} ({wording.channel})"
    if not wording.key:
        return []
    if wording.key not in wording.text:
        return [f"{where}: its key words are not in it: {wording.key!r}"]
    number, first = EMERGENCY.search(wording.key), EMERGENCY.search(wording.text)
    if number and first and number[0] != first[0]:
        return [f"{where}: its key words give the {number[0]}, the {first[0]} comes first"]
    return []


def check_short(catalogue: Catalogue, facts: Sequence[Fact] = ()) -> list[str]:
    """Return what the short form of an answer loses of it, one line each.

    An SMS has the key words of its web twin or its own; the doctor to call at once stays; so does
    a sentence that makes an exception to the last one kept; and of the `facts` that an answer on
    the sheet rests on, one at least, whole. `catalogue`: its wordings with their sources (see
    grounding.with_inherited_sources).
    """
    found = []
    for topic in sorted(catalogue.titles.keys() & catalogue.intents):
        for channel in (WEB, SMS):
            wording = catalogue.answer(topic, channel)
            if wording.custom["escalation"] != "none":
                continue  # it is said whole
            where = f"{wording.file}, {wording.response} ({channel})"
            key = wording.key or catalogue.answer(topic).key
            whole, short = catalogue.render(wording.text), catalogue.in_short(topic, channel)
            if key and key not in wording.text:
                found.append(f"{where}: has neither the key words of the web nor its own")
            if _DOCTOR.search(fold(whole)) and not _DOCTOR.search(fold(short)):
                found.append(f"{where}: its short form loses the doctor")
            told = [fact for fact in resting_on(wording, facts) if fact.passage != _CONTACT]
            if told and not any(fact.stands_in(short) for fact in told):
                found.append(f"{where}: its short form holds no fact of its quotes whole")
            for exception in _EXCEPTION.finditer(whole):
                before = re.split(r"(?<=[.!?])\s+", whole[: exception.start()])[-1]
                if before in short and before + exception[0] not in short:
                    found.append(f"{where}: its short form ends before {exception[1]!r}")
    return found
