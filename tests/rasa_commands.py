"""Rasa's own commands, run on the project while other tests run."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cimento.ops import train
from cimento.ops.run import QUIET
from cimento.settings.paths import ROOT
from tests.servers import ENVIRONMENT

Finished = subprocess.CompletedProcess[str]
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


def rasa(*arguments: str) -> Finished:
    """Run a rasa command in the project and return it finished."""
    return _run("-m", "rasa", *arguments)


def _run(*arguments: str) -> Finished:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**ENVIRONMENT, **QUIET, "LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
    )


@contextmanager
def validated() -> Iterator[Finished]:
    """`rasa data validate`."""
    yield rasa("data", "validate", "--fail-on-warnings")


@contextmanager
def predicted() -> Iterator[Finished]:
    """`rasa test core` on tests/conversations."""
    with tempfile.TemporaryDirectory() as out:
        yield rasa(
            "test", "core", "--model", str(train.MODEL), "--stories", "tests/conversations",
            "--out", out, "--fail-on-prediction-errors",
        )  # fmt: skip


@contextmanager
def retrained() -> Iterator[tuple[Path, Finished]]:
    """A tiny project whose model was damaged, and its training by Rasa itself."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in TINY.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(content, encoding="utf-8")
        (root / train.MODEL).parent.mkdir()
        (root / train.MODEL).write_bytes(b"not a model")
        (root / "models/cimento.json").write_text('{"model": "that of another archive"}')
        yield root, _run("-c", _TRAIN, folder)
