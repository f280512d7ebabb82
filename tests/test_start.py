"""`cimento run` starts, stops, mends a damaged model, and says why it refuses."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cimento.ops.train import MODEL
from tests.servers import (
    PATIENCE,
    Assistant,
    custom_of,
    launch,
    listens,
    mended_assistant,
    project_copy,
)

Turn = list[dict[str, Any]]


@pytest.fixture(scope="module")
def mended(programs: None) -> Iterator[tuple[Assistant, Turn]]:
    """An assistant that found its model damaged, and what it answered to a fever."""
    with mended_assistant() as running:
        yield running


def test_a_corrupt_model_is_named_and_trained_again(mended: tuple[Assistant, Turn]) -> None:
    running, turn = mended
    assert f"{MODEL} is damaged" in running.log.read_text()
    log = running.log.parent / "log" / "train.log"
    assert log.read_text() == "A stand-in has trained.\n"
    assert custom_of(turn)["escalation"] == "medecin"


def test_ctrl_c_stops_both_servers(mended: tuple[Assistant, Turn]) -> None:
    running, _ = mended
    running.stop()
    assert not listens(running.port)
    assert not listens(running.actions_port)


@pytest.fixture
def project(programs: None) -> Iterator[Path]:
    with project_copy() as copy:
        yield copy


def _refusal(project: Path, **settings: str) -> str:
    process = launch(project, **settings)
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
