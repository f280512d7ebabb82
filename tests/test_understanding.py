"""The bars of understanding, on people whose lines were never trained on.

The figures come from the deployed config.yml through Rasa's own parse. Each bar is the
figure reached (docs/understanding.md) less a point or two.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from cimento.dialogue import aftermath, follow_up
from cimento.nlu import signs
from cimento.nlu.text import fold
from cimento.ops.model.exam import read_lines as lines
from cimento.settings.paths import ROOT
from tests.blind_rounds import blind_lines

Parse = Callable[[str], dict[str, Any]]
Line = tuple[str, str]

# The bars: the figures reached, less a point or two: processors round differently.
ACCURACY = 0.91
ALARMS_MISSED = 0.02
FALSE_ALARMS = 0.01
WRONG_ANSWERS = 0.1
BOTH_ANSWERS = 0.83

HELD_OUT = ROOT / "tests/nlu/held_out.yml"
TABLES = ROOT / "tests/tables"
# Answers that give no medical fact: safe for a message the sheet does not cover.
SAFE = {
    "not_in_sheet", "out_of_scope", "nlu_fallback", "contact", "human", "help", "greet", "goodbye",
    "thanks", "repeat", "bot_challenge", "insult", "affirm", "deny", "what_next", "tell_moment",
    "day_team", "anxious", "other_person", "symptom_before", "unwell", "worrying_sign",
    "not_my_question", "unsure", "wrong_person", "opt_out", "ask_check_in", *aftermath.INTENTS,
    *(follow_up.INTENTS - set(follow_up.OF_THE_ACT)),
}  # fmt: skip


def table(name: str) -> list[Line]:
    """Return the (label, message) lines of a table."""
    rows = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return [(label, text) for label, _, text in (row.partition("\t") for row in rows) if text]


def key(text: str) -> str:
    """Fold a line for case, accents and punctuation."""
    return " ".join(re.findall(r"\w+", fold(text))) or text


@pytest.fixture(scope="module")
def held_out(parse: Parse) -> list[tuple[str, str, str]]:
    """Return (text, intent, intent understood) of the held-out lines, asked of nothing."""

    def understood(text: str) -> str:
        name: str = parse(text)["intent"]["name"]
        return follow_up.OF_THE_ACT.get(name, name)

    return [(text, intent, understood(text)) for text, intent in lines(HELD_OUT)]


def test_no_held_out_line_is_trained_on(training_lines: list[Message]) -> None:
    trained = {key(example.get("text")) for example in training_lines}
    for name in ("held_out.yml", "tuning.yml"):
        seen = [text for text, _ in lines(ROOT / "tests/nlu" / name) if key(text) in trained]
        assert seen == []
    for kind in ("questions", "safety", "doubles"):
        assert [one["text"] for one in blind_lines(kind) if key(one["text"]) in trained] == []
    replies = (ROOT / "tests/dialogue/rounds").glob("*.jsonl")
    read = [json.loads(line)["text"] for file in replies for line in file.open(encoding="utf-8")]
    assert [text for text in read if key(text) in trained] == []


def test_training_data_is_large_enough(training_lines: list[Message]) -> None:
    counts = Counter(example.get("intent") for example in training_lines)
    assert min(counts.values()) >= 40
    assert min(counts[sign] for sign in signs.SIGNS) >= 100
    assert counts["not_in_sheet"] >= 400
    assert counts["out_of_scope"] >= 500


def test_lines_that_ask_several_things_say_which(training_lines: list[Message]) -> None:
    intents = {example.get("intent") for example in training_lines}
    for example in training_lines:
        metadata = example.get("metadata") or {}
        if told := (metadata.get("example") or {}).get("topics"):
            assert len(told) == len(set(told)) > 1 and set(told) <= intents, example.get("text")
            assert (metadata.get("intent") or {}).get("author"), "a line of an unknown author"


def test_held_out_topics(held_out: list[tuple[str, str, str]]) -> None:
    single = [row for row in held_out if row[1] != "several_questions"]
    right = sum(intent == understood for _, intent, understood in single)
    assert len(single) >= 600
    assert right / len(single) >= ACCURACY, right / len(single)


def test_held_out_alarms_are_alarms(held_out: list[tuple[str, str, str]]) -> None:
    alarms = [row for row in held_out if row[1] in signs.SIGNS]
    missed = [row for row in alarms if row[2] not in signs.SIGNS]
    assert len(missed) / len(alarms) <= ALARMS_MISSED, missed


def test_held_out_denials_are_no_alarms(held_out: list[tuple[str, str, str]]) -> None:
    denials = [row for row in held_out if row[1] == "negated_symptom"]
    false = [row for row in denials if row[2] in signs.SIGNS]
    assert len(false) / len(denials) <= FALSE_ALARMS, false


def test_held_out_unanswerable_gets_no_medical_answer(held_out: list[tuple[str, str, str]]) -> None:
    outside = [row for row in held_out if row[1] in ("not_in_sheet", "out_of_scope")]
    wrong = [row for row in outside if row[2] not in SAFE]
    assert len(wrong) / len(outside) <= WRONG_ANSWERS, wrong


def test_held_out_double_questions_get_both_answers(parse: Parse) -> None:
    rows = table("held_out_several.tsv")

    def understood(text: str) -> set[str]:
        parsed = parse(text)
        return {parsed["intent"]["name"], *parsed["questions"]}

    # Every alarm gives the number, so it answers a question about the contact too.
    said_by_alarms = {"contact"}
    missed = [
        (topics, text)
        for topics, text in rows
        if not set(topics.split()) - said_by_alarms <= understood(text)
    ]
    assert 1 - len(missed) / len(rows) >= BOTH_ANSWERS, missed
