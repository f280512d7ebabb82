"""How a model does on lines that it was not trained on: the figures that travel with it."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from cimento.nlu.signs import SIGNS
from cimento.ops.model.reading import Read
from cimento.settings.paths import ROOT

HELD_OUT = Path("tests/nlu/held_out.yml")
Figures = dict[str, int]


def read_lines(file: Path) -> Iterator[tuple[str, str]]:
    """Yield (text, intent) of the examples in a Rasa NLU file without metadata."""
    for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
        for line in block["examples"].splitlines():
            yield line.removeprefix("- "), block["intent"]


def examine(read: Read, file: Path = ROOT / HELD_OUT) -> Figures:
    """Return how many lines there are of each sort, and how many were missed.

    `alarms_missed`: alarms not understood as any alarm; `false_alarms`: denials understood as one.
    """
    found = [(intent, read(text)) for text, intent in read_lines(file)]
    alarms = [understood for intent, understood in found if intent in SIGNS]
    denials = [understood for intent, understood in found if intent == "negated_symptom"]
    single = [pair for pair in found if pair[0] != "several_questions"]
    return {
        "lines": len(single),
        "lines_right": sum(intent in understood for intent, understood in single),
        "alarms": len(alarms),
        "alarms_missed": sum(not understood & set(SIGNS) for understood in alarms),
        "denials": len(denials),
        "false_alarms": sum(bool(understood & set(SIGNS)) for understood in denials),
    }
