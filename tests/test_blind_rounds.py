"""The lines of the blind rounds stay read as well as they are now.

Their first reading, the honest one, is in docs/understanding.md; these bars, a point or so under
the figures reached, only keep it from being lost. What is learned differs a little between machines,
whose processors round differently: some eight needless alarms of 874 come and go.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest

from cimento.dialogue import follow_up
from cimento.nlu import signs, topics
from tests.blind_rounds import blind_lines
from tests.mistyping import mistype

QUESTIONS_RIGHT = 0.97
ALARMS_MISSED = 0.012
NEEDLESS_ALARMS = 0.053
SEVERAL_ANSWERED = 0.91
# With two typing errors in each line.
MISTYPED_ALARMS_MISSED = 0.017
MISTYPED_NEEDLESS_ALARMS = 0.08

Parse = Callable[[str], dict[str, Any]]
# The right answer too: it gives the number, or both moments, or leaves one out.
AS_GOOD = [{"contact", "human"}, *(set(group) for group in topics.BY_MOMENT)]


def answers(parse: Parse, text: str) -> set[str]:
    """Return the topics that would be answered at the first message of a conversation."""
    parsed = parse(text)
    asked = [parsed["intent"]["name"], *parsed["questions"]]
    return {follow_up.OF_THE_ACT.get(topic, topic) for topic in asked}


def is_met(topic: str, given: set[str]) -> bool:
    """Return whether `given` answers `topic`."""
    return any(given & group for group in AS_GOOD if topic in group) or topic in given


def test_questions(parse: Parse) -> None:
    asked = list(blind_lines("questions"))
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
    told = list(blind_lines("safety"))
    for one in told:
        text = mistype(one["text"], errors, chance)
        is_alarm = one["topic"] in signs.SIGNS
        if (parse(text)["intent"]["name"] in signs.SIGNS) != is_alarm:
            found[is_alarm].append(text)
    alarms = sum(one["topic"] in signs.SIGNS for one in told)
    assert len(found[True]) / alarms <= missed, found[True]
    assert len(found[False]) / (len(told) - alarms) <= needless, found[False]


def test_several_questions(parse: Parse) -> None:
    asked = list(blind_lines("doubles"))
    missed = []
    for one in asked:
        given = answers(parse, one["text"])
        # An alarm gives the number, and what to do.
        said = topics.SAID_BY_ALARMS if given & set(signs.SIGNS) else set()
        if not all(is_met(topic, given) for topic in set(one["topics"]) - said):
            missed.append(one)
    assert 1 - len(missed) / len(asked) >= SEVERAL_ANSWERED, missed
