"""The assistant, started as `make run` starts it, in copies of the project."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cimento.ops.chat import ask
from cimento.ops.processes import NotReady, free_port, wait_until
from cimento.ops.train import MODEL
from cimento.settings.concern import ENV_FILE, PREFIX
from cimento.settings.paths import ROOT
from tests import overheard

# For what should take a second: it may take a hundred on a busy machine. What must come is
# waited for; what must not come is looked for after something that comes later.
PATIENCE = 180.0
START_SECONDS = 400.0
# As the run began, without the settings of this machine: tests change theirs while servers start.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
ENVIRONMENT[ENV_FILE] = ""
SECRET = "for-the-tests-" * 4  # of the shared assistant, which a simulated phone can write to
EMBEDDING_PORT = free_port()  # of the site that may embed the chat
AT_ONCE = 3  # conversations that a test holds with the assistant: its two servers are kept busy
_NO_PAUSE = "100000"  # seconds: time jumps when told to
_TRAINING = Path(__file__).with_name("training")  # holds a stand-in for `rasa train`


def listens(port: int) -> bool:
    """Return whether something listens on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def read_all(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes; nothing more when it hangs up."""
    found = b""
    with connection:
        try:
            while data := connection.recv(4096):
                found += data
        except ConnectionError:
            pass
    return found


@dataclass
class Assistant:
    """A running assistant: its two servers, started by `cimento run`."""

    process: "subprocess.Popen[bytes]"
    port: int
    actions_port: int
    log: Path

    def say(self, text: str, sender: str | None = None) -> list[dict[str, Any]]:
        """Send one message, return the messages of the turn."""
        url = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        return ask(url, sender or uuid.uuid4().hex, overheard.saying(text))

    def stop(self) -> int:
        """Press Ctrl-C; return the exit status. What it wrote is then in its log, and not private."""
        status = stop(self.process)
        overheard.check_file(self.log)
        return status

    @contextmanager
    def without_actions(self) -> Iterator[None]:
        """Kill the action server, and let it be started again only on leaving; wait for it."""
        where = ["--host", "127.0.0.1", "--port", str(self.actions_port)]
        server = _find("-m", "cimento", "actions", *where)
        loop = int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(loop, signal.SIGSTOP)  # the shell that starts it again
        try:
            os.kill(server, signal.SIGKILL)
            wait_until(lambda: not listens(self.actions_port), PATIENCE)
            yield
        finally:
            os.kill(loop, signal.SIGCONT)
        wait_until(lambda: listens(self.actions_port), PATIENCE)


def _find(*arguments: str) -> int:
    """Return the id of the one process of this Python with exactly these arguments."""
    command = "\0".join([sys.executable, *arguments, ""]).encode()
    found = [file for file in Path("/proc").glob("[0-9]*/cmdline") if _read(file) == command]
    (process,) = (int(file.parent.name) for file in found)
    return process


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it has just ended
        return b""


def text_of(turn: list[dict[str, Any]]) -> str:
    """Return all that a turn says, its spaces plain."""
    said = "\n".join(message["text"] for message in turn if "text" in message)
    return said.replace("\u00a0", " ")


def custom_of(turn: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the one machine-readable object of a turn; fails when there is not one."""
    customs = [message["custom"] for message in turn if "custom" in message]
    assert len(customs) == 1, turn
    custom: dict[str, Any] = customs[0]
    return custom


@contextmanager
def project_copy() -> Iterator[Path]:
    """Copy the project, without its environment and conversations; erase it on leaving."""
    ignored = shutil.ignore_patterns(
        ".git", ".venv", ".tools", ".rasa", "var", "results", "__pycache__", ".*_cache"
    )
    with tempfile.TemporaryDirectory(prefix="cimento-", ignore_cleanup_errors=True) as folder:
        yield shutil.copytree(ROOT, Path(folder) / "cimento", ignore=ignored)


def launch(project: Path, *command: str, **settings: str) -> "subprocess.Popen[bytes]":
    """Run a command of `cimento` in `project`, "run" by default, its output in var/run.log."""
    log = project / "var" / "run.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "cimento", *(command or ["run"])],
            cwd=project,
            env={**ENVIRONMENT, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def await_log(process: "subprocess.Popen[bytes]", log: Path, words: str) -> None:
    """Return once `log` holds `words`; kill the process and raise NotReady when it does not."""
    try:
        wait_until(lambda: words in log.read_text(), START_SECONDS, process, log)
    except NotReady:
        kill(process)
        raise


def stop(process: "subprocess.Popen[bytes]") -> int:
    """Press Ctrl-C; return the exit status."""
    process.send_signal(signal.SIGINT)
    try:
        return process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        kill(process)
        raise


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process that was launched, if it has not ended."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def start(project: Path, port: int = 0, **settings: str) -> Assistant:
    """Start the assistant of `project` and wait until it says it is ready.

    On free ports, except `port` when it is given.
    """
    port, actions_port = port or free_port(), free_port()
    settings |= {"CIMENTO_PORT": str(port), "CIMENTO_ACTIONS_PORT": str(actions_port)}
    # On a busy machine a server that works may take longer than one that hangs.
    settings.setdefault("CIMENTO_ACTIONS_SECONDS", "30")
    process = launch(project, **settings)
    log = project / "var" / "run.log"
    await_log(process, log, "is ready")
    return Assistant(process, port, actions_port, log)


@contextmanager
def shared_assistant() -> Iterator[Assistant]:
    """The assistant of all the tests that do not disturb each other.

    They have one address, so its rate is not limited here; that of a session is. It finds its
    model damaged, and training is played: tests/training puts the model of ROOT where `rasa train`
    would.
    """
    with project_copy() as project:
        (project / MODEL).write_bytes(b"not a model")
        running = start(
            project,
            CIMENTO_CHAT_ORIGINS=f"http://127.0.0.1:{EMBEDDING_PORT}",
            CIMENTO_CHAT_ADDRESS_PER_MINUTE="100000",
            CIMENTO_SMS_PROVIDER="console",
            CIMENTO_SECRET=SECRET,
            PYTHONPATH=str(_TRAINING),
            TRAINED_MODEL=str(ROOT / MODEL),
        )
        yield running
        running.stop()


@contextmanager
def demonstration() -> Iterator[str]:
    """The address of a demonstration that `make demo-sms` has started."""
    with project_copy() as project:
        port = free_port()
        process = launch(project, "demo", CIMENTO_DEMO_PORT=str(port), CIMENTO_DEMO_PAUSE=_NO_PAUSE)
        log = project / "var" / "run.log"
        await_log(process, log, "Open http")
        yield f"http://127.0.0.1:{port}"
        assert stop(process) == 0, log.read_text()
