"""Rasa's own commands work as any Rasa user expects."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cimento.dialogue import aftermath
from cimento.ops import train
from cimento.ops.quiet import QUIET
from cimento.settings.paths import ROOT
from tests.servers import ENVIRONMENT

# The smallest project that Rasa trains: two intents, told apart by a word.
TINY = {
    "config.yml": "recipe: default.v1\nassistant_id: tiny\nlanguage: fr\n"
    "pipeline:\n- name: KeywordIntentClassifier\npolicies:\n- name: MemoizationPolicy\n",
    "domain.yml": 'version: "3.1"\nintents: [greet, goodbye]\nresponses:\n'
    "  utter_greet:\n  - text: Bonjour\n  utter_goodbye:\n  - text: Au revoir\n",
    "data/nlu.yml": 'version: "3.1"\nnlu:\n'
    "- intent: greet\n  examples: |\n    - bonjour\n    - salut\n"
    "- intent: goodbye\n  examples: |\n    - adieu\n    - bonsoir\n",
    "data/stories.yml": 'version: "3.1"\nstories:\n'
    "- story: greet\n  steps:\n  - intent: greet\n  - action: utter_greet\n"
    "- story: goodbye\n  steps:\n  - intent: goodbye\n  - action: utter_goodbye\n",
    "requirements.txt": "",
}


_TRAIN = """
import pathlib, sys
from cimento.ops import train
train.train_if_needed(pathlib.Path(sys.argv[1]))
"""

pytestmark = pytest.mark.usefixtures("programs")


def python(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python with `arguments` in the project and return it finished."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**ENVIRONMENT, **QUIET, "LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
    )


def test_data_validate_finds_nothing() -> None:
    done = python("-m", "rasa", "data", "validate", "--fail-on-warnings")
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-3000:]
    # Deprecations are between the libraries; `UserWarning`s are about this project.
    found = [line for line in re.split(r"[\r\n]", output) if "UserWarning" in line]
    # Rasa looks for responses in rules alone; what our actions say is in test_grounding.py.
    said = {
        f"utter_{name}"
        for name in (*aftermath.INTENTS, "call_reminder", "out_of_scope", "follow_up")
    }
    unused = re.compile(r"The utterance '(\w+)' is not used in any story or rule")
    found = [line for line in found if not ((m := unused.search(line)) and m[1] in said)]
    assert found == []


def test_conversations_are_predicted(tmp_path: Path) -> None:
    done = python(
        "-m", "rasa", "test", "core", "--model", str(train.MODEL), "--stories",
        "tests/conversations", "--out", str(tmp_path), "--fail-on-prediction-errors",
    )  # fmt: skip
    output = f"exit status {done.returncode}: {done.stdout}{done.stderr}"
    assert done.returncode == 0, output[-4000:]


def test_a_damaged_model_is_trained_again(tmp_path: Path) -> None:
    """By Rasa itself, on a tiny project."""
    for name, content in TINY.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / train.MODEL).parent.mkdir()
    (tmp_path / train.MODEL).write_bytes(b"not a model")
    (tmp_path / "models/cimento.json").write_text('{"model": "that of another archive"}')
    done = python("-c", _TRAIN, str(tmp_path))
    log = (tmp_path / "var/log/train.log").read_text(errors="replace")
    assert done.returncode == 0, done.stderr[-2000:] + log[-2000:]
    assert f"{train.MODEL} is damaged" in done.stdout
    assert train.state(tmp_path) == "fresh"
    assert (tmp_path / train.MODEL).stat().st_size > 1000
    assert list((tmp_path / "models").iterdir()) == list((tmp_path / "models").glob("cimento.*"))


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
