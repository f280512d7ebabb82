"""Rasa's own commands work as any Rasa user expects."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cimento.ops import train
from cimento.settings.paths import ROOT
from tests import rasa_commands
from tests.ahead import Ahead
from tests.rasa_commands import Finished


@pytest.fixture
def validated(ahead: Ahead) -> Iterator[Finished]:
    with ahead.taken(rasa_commands.validated) as finished:
        yield finished


@pytest.fixture
def predicted(ahead: Ahead) -> Iterator[Finished]:
    with ahead.taken(rasa_commands.predicted) as finished:
        yield finished


@pytest.fixture
def retrained(ahead: Ahead) -> Iterator[tuple[Path, Finished]]:
    with ahead.taken(rasa_commands.retrained) as trained:
        yield trained


def test_data_validate_finds_nothing(validated: Finished) -> None:
    output = validated.stdout + validated.stderr
    assert validated.returncode == 0, output[-3000:]
    # Deprecations are between the libraries; `UserWarning`s are about this project.
    found = [line for line in re.split(r"[\r\n]", output) if "UserWarning" in line]
    assert found == []


def test_conversations_are_predicted(predicted: Finished) -> None:
    output = f"exit status {predicted.returncode}: {predicted.stdout}{predicted.stderr}"
    assert predicted.returncode == 0, output[-4000:]


def test_a_damaged_model_is_trained_again(retrained: tuple[Path, Finished]) -> None:
    root, finished = retrained
    log = (root / "var/log/train.log").read_text(errors="replace")
    assert finished.returncode == 0, finished.stderr[-2000:] + log[-2000:]
    assert f"{train.MODEL} is damaged" in finished.stdout
    assert train.state(root) == "fresh"
    assert (root / train.MODEL).stat().st_size > 1000
    assert list((root / "models").iterdir()) == list((root / "models").glob("cimento.*"))


def test_every_flow_and_topic_has_a_conversation_test() -> None:
    """Rasa drops a second story with the same messages silently, so they must differ."""
    stories = [
        story
        for file in (ROOT / "tests/conversations").glob("test_*.yml")
        for story in yaml.safe_load(file.read_text(encoding="utf-8"))["stories"]
    ]
    asked = [tuple(s["user"] for s in story["steps"] if "user" in s) for story in stories]
    assert len(asked) == len(set(asked))
    answered = {step.get("action") for story in stories for step in story["steps"]}
    for file in (ROOT / "data/sheet").glob("*.yml"):
        rules = yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
        for rule in rules:
            assert rule["steps"][1]["action"] in answered, rule["rule"]
