"""Rasa's own commands work as any Rasa user expects."""

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from cimento.ops.run import QUIET
from cimento.ops.train import MODEL
from cimento.settings.paths import ROOT


def rasa(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a rasa command in the project and return it finished."""
    return subprocess.run(
        [sys.executable, "-m", "rasa", *arguments],
        cwd=ROOT,
        env={**os.environ, **QUIET, "LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_data_validate_finds_nothing() -> None:
    result = rasa("data", "validate", "--fail-on-warnings")
    output = result.stdout + result.stderr
    assert result.returncode == 0, output[-3000:]
    # Deprecations are between the libraries; `UserWarning`s are about this project.
    found = [line for line in re.split(r"[\r\n]", output) if "UserWarning" in line]
    assert found == []


def test_conversations_are_predicted(tmp_path: Path) -> None:
    result = rasa(
        "test", "core", "--model", str(MODEL), "--stories", "tests/conversations",
        "--out", str(tmp_path), "--fail-on-prediction-errors",
    )  # fmt: skip
    assert result.returncode == 0, (result.stdout + result.stderr)[-4000:]


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
