"""Shared by all tests: the trained model, and servers started as `make run` starts them."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cimento.ops.chat import ask
from cimento.ops.processes import free_port
from cimento.ops.train import MODEL
from cimento.settings.concern import ENV_FILE, PREFIX
from cimento.settings.paths import ROOT

# A developer's own settings change no test.
for name in [name for name in os.environ if name.startswith(PREFIX)]:
    del os.environ[name]
os.environ[ENV_FILE] = ""

START_SECONDS = 400  # a damaged model is trained again first


@dataclass
class Assistant:
    """A running assistant: its two servers, started by `cimento run`."""

    process: subprocess.Popen[str]
    port: int
    actions_port: int
    log: Path

    def say(self, text: str, sender: str | None = None) -> list[dict[str, Any]]:
        """Send one message, return the messages of the turn."""
        url = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        return ask(url, sender or uuid.uuid4().hex, text)

    def stop(self) -> int:
        """Press Ctrl-C; return the exit status."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise


def text_of(turn: list[dict[str, Any]]) -> str:
    """Return all that a turn says."""
    return "\n".join(message["text"] for message in turn if "text" in message)


def custom_of(turn: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the one machine-readable object of a turn; fails when there is not one."""
    customs = [message["custom"] for message in turn if "custom" in message]
    assert len(customs) == 1, turn
    custom: dict[str, Any] = customs[0]
    return custom


def copy_project(target: Path) -> Path:
    """Copy the project (without its environment and conversations) to `target`."""
    ignored = shutil.ignore_patterns(
        ".git", ".venv", ".tools", ".rasa", "var", "__pycache__", ".*_cache"
    )
    shutil.copytree(ROOT, target, ignore=ignored)
    return target


def launch(project: Path, **settings: str) -> subprocess.Popen[str]:
    """Run `cimento run` in `project`, output in var/run.log."""
    log = project / "var" / "run.log"
    log.parent.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "cimento", "run"],
        cwd=project,
        env={**os.environ, **settings},
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def start(project: Path, port: int = 0, **settings: str) -> Assistant:
    """Start the assistant of `project` and wait until it says it is ready.

    On free ports, except `port` when it is given.
    """
    port, actions_port = port or free_port(), free_port()
    process = launch(
        project, CIMENTO_PORT=str(port), CIMENTO_ACTIONS_PORT=str(actions_port), **settings
    )
    log = project / "var" / "run.log"
    deadline = time.monotonic() + START_SECONDS
    while "is ready" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"The assistant did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.2)
    return Assistant(process, port, actions_port, log)


@pytest.fixture(scope="session")
def embedding_port() -> int:
    """The port of the site that may embed the chat."""
    return free_port()


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory, embedding_port: int) -> Iterator[Assistant]:
    """One assistant for the whole run, in a copy of the project.

    All tests have one address, so its rate is not limited here; that of a session is.
    """
    running = start(
        copy_project(tmp_path_factory.mktemp("assistant") / "cimento"),
        CIMENTO_CHAT_ORIGINS=f"http://127.0.0.1:{embedding_port}",
        CIMENTO_CHAT_ADDRESS_PER_MINUTE="100000",
    )
    yield running
    running.stop()


@pytest.fixture(scope="session")
def parse() -> Callable[[str], dict[str, Any]]:
    """Return what the deployed model understands of a message (Rasa's parse data)."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    agent = Agent.load(str(ROOT / MODEL))
    processor = agent.processor
    assert processor is not None

    def read(text: str) -> dict[str, Any]:
        parsed: dict[str, Any] = processor._parse_message_with_graph(
            UserMessage(text), processor_tracker
        )
        return parsed

    from rasa.shared.core.trackers import DialogueStateTracker

    processor_tracker = DialogueStateTracker("test", [])
    return read
