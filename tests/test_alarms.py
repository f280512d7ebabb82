"""Safety: the tables of alarms and of near-misses, read through the deployed pipeline."""

from collections.abc import Callable
from typing import Any

import pytest

from cimento.answers.catalogue import LEVELS, load_catalogue
from cimento.nlu import signs
from tests.test_understanding import table

Parse = Callable[[str], dict[str, Any]]

ALARMS = table("alarms.tsv")
NEAR_MISSES = table("nearmiss.tsv")
MOST_FALSE_ALARMS = 3  # of 170: under 2 %


def test_tables_are_large_enough() -> None:
    assert len(ALARMS) >= 150
    assert len(NEAR_MISSES) >= 150


@pytest.mark.parametrize(("sign", "message"), ALARMS)
def test_an_alarm_is_an_alarm_of_its_level_at_least(parse: Parse, sign: str, message: str) -> None:
    understood = parse(message)["intent"]["name"]
    assert understood in signs.SIGNS
    levels = load_catalogue().escalations
    assert LEVELS.index(levels[understood]) >= LEVELS.index(levels[sign])


def test_near_misses_are_no_alarms(parse: Parse) -> None:
    false = [
        (kind, message, understood)
        for kind, message in NEAR_MISSES
        if (understood := parse(message)["intent"]["name"]) in signs.SIGNS
    ]
    assert len(false) <= MOST_FALSE_ALARMS, false
