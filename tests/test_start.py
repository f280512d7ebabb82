"""`cimento run` mends a damaged model, and says why it refuses to start.

That it stops whole is in tests/followup/test_whole.py.
"""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cimento.ops.train import MODEL
from tests.servers import PATIENCE, Assistant, custom_of, launch, project_copy


def test_a_corrupt_model_is_named_and_trained_again(assistant: Assistant) -> None:
    assert f"{MODEL} is damaged" in assistant.log.read_text()
    log = assistant.log.parent / "log" / "train.log"
    assert log.read_text() == "A stand-in has trained.\n"
    assert custom_of(assistant.say("j'ai 39 de fièvre"))["escalation"] == "medecin"


@pytest.fixture
def project(programs: None) -> Iterator[Path]:
    with project_copy() as copy:
        yield copy


def _refusal(project: Path, *command: str, **settings: str) -> str:
    process = launch(project, *command, **settings)
    assert process.wait(timeout=PATIENCE) == 1
    return (project / "var/run.log").read_text()


def test_a_busy_port_says_what_to_do(project: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = _refusal(project, CIMENTO_PORT=str(port))
    assert f"Cannot listen on 127.0.0.1:{port}" in said
    assert "CIMENTO_PORT=" in said


def test_a_wrong_port_names_the_setting(project: Path) -> None:
    assert "CIMENTO_PORT='ninety'" in _refusal(project, CIMENTO_PORT="ninety")


def test_a_missing_policy_refuses_to_start(project: Path) -> None:
    (project / "sheet/policy.yml").unlink()
    assert "git checkout -- sheet/policy.yml" in _refusal(project)


def test_a_false_quote_refuses_to_start(project: Path) -> None:
    answers = project / "data/sheet/08_after.yml"
    text = answers.read_text(encoding="utf-8")
    answers.write_text(text.replace('pendant les 24 premières heures."', 'pendant 12 heures."', 1))
    assert "not in the sheet" in _refusal(project)


def test_a_server_alone_does_not_train(project: Path) -> None:
    (project / MODEL).unlink()
    said = _refusal(project, "serve")
    assert said.startswith("Cimento cannot start. There is no model")
    assert not (project / MODEL).exists()
