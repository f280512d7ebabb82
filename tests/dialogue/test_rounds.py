"""Whole conversations by authors who had seen nothing of the project stay as well answered as now.

Their first reading, the honest one, is in docs/conversations.md; the bar, a point or two under the
figure reached, only keeps it from being lost.
"""

import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from cimento.nlu.text import fold
from tests.servers import AT_ONCE, Assistant, custom_of, text_of

ROUNDS = Path(__file__).with_name("rounds")
TURNS_RIGHT = 0.86
_LONGEST = 1000  # characters: an answer, not the whole sheet


def is_right(turn: dict[str, Any], said: list[dict[str, Any]]) -> bool:
    """Return whether an answer says what `turn` asks for (all), and nothing that it must not
    (none, alarm: false)."""
    text = fold(text_of(said))
    if turn.get("alarm") is False and custom_of(said)["escalation"] in ("medecin", "urgence"):
        return False
    return (
        bool(text.strip())
        and len(text) <= turn.get("max", _LONGEST)
        and all(re.search(pattern, text) for pattern in turn.get("all", ()))
        and not any(re.search(pattern, text) for pattern in turn.get("none", ()))
    )


def held(assistant: Assistant, dialogue: dict[str, Any]) -> Iterator[tuple[str, str, str] | None]:
    """Hold a conversation; yield for each turn None when it is right, else what was said."""
    sender = uuid.uuid4().hex
    for turn in dialogue["turns"]:
        said = assistant.say(turn["u"], sender)
        yield None if is_right(turn, said) else (dialogue["name"], turn["u"], text_of(said))


def test_conversations(assistant: Assistant) -> None:
    files = sorted(ROUNDS.glob("*.yml"))
    dialogues = [one for file in files for one in yaml.load(file.read_bytes(), yaml.CSafeLoader)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        turns = [*chain.from_iterable(pool.map(lambda one: [*held(assistant, one)], dialogues))]
    wrong = [turn for turn in turns if turn]
    assert 1 - len(wrong) / len(turns) >= TURNS_RIGHT, wrong
