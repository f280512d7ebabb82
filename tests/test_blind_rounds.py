"""The lines of the blind rounds stay read as well as they are now.

Their first reading, the honest one, is in docs/understanding.md; these bars, one point under the
figures reached, only keep it from being lost.
"""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cimento.nlu import signs, topics
from cimento.settings.paths import ROOT
from tests.mistyping import mistype

ROUNDS = ("1a", "1b", "2a", "2b", "3a", "3b")
QUESTIONS_RIGHT = 0.0
ALARMS_MISSED = 1.0
NEEDLESS_ALARMS = 1.0
SEVERAL_ANSWERED = 0.0
# With two typing errors in each line.
MISTYPED_ALARMS_MISSED = 1.0
MISTYPED_NEEDLESS_ALARMS = 1.0

Parse = Callable[[str], dict[str, Any]]
# The right answer too: it gives the number, or both moments, or leaves one out.
AS_GOOD = [{"contact", "human"}, *(set(group) for group in topics.BY_MOMENT)]


def lines(kind: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of one kind: questions, safety or doubles."""
    for name in ROUNDS:
        file = ROOT / f"tests/nlu/rounds/{name}/{kind}.jsonl"
        for line in file.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def answers(parse: Parse, text: str) -> set[str]:
    """Return the topics that would be answered."""
    parsed = parse(text)
    return {parsed["intent"]["name"], *parsed["questions"]}


def is_met(topic: str, given: set[str]) -> bool:
    """Return whether `given` answers `topic`."""
    return any(given & group for group in AS_GOOD if topic in group) or topic in given


def test_questions(parse: Parse) -> None:
    asked = list(lines("questions"))
    wrong = [one for one in asked if not is_met(one["topic"], answers(parse, one["text"]))]
    assert 1 - len(wrong) / len(asked) >= QUESTIONS_RIGHT, wrong


@pytest.mark.parametrize(
    ("errors", "missed", "needless"),
    [
        (0, ALARMS_MISSED, NEEDLESS_ALARMS),
        (2, MISTYPED_ALARMS_MISSED, MISTYPED_NEEDLESS_ALARMS),
    ],
)
def test_alarms(parse: Parse, errors: int, missed: float, needless: float) -> None:
    chance = random.Random(1)
    found: dict[bool, list[str]] = {True: [], False: []}
    told = list(lines("safety"))
    for one in told:
        text = mistype(one["text"], errors, chance)
        is_alarm = one["topic"] in signs.SIGNS
        if (parse(text)["intent"]["name"] in signs.SIGNS) != is_alarm:
            found[is_alarm].append(text)
    alarms = sum(one["topic"] in signs.SIGNS for one in told)
    assert len(found[True]) / alarms <= missed, found[True]
    assert len(found[False]) / (len(told) - alarms) <= needless, found[False]


def test_several_questions(parse: Parse) -> None:
    asked = list(lines("doubles"))
    missed = []
    for one in asked:
        given = answers(parse, one["text"])
        # An alarm gives the number, and what to do.
        said = topics.SAID_BY_ALARMS if given & set(signs.SIGNS) else set()
        if not all(is_met(topic, given) for topic in set(one["topics"]) - said):
            missed.append(one)
    assert 1 - len(missed) / len(asked) >= SEVERAL_ANSWERED, missed
