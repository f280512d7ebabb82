"""Serve the measured projects on free loopback ports, as `make run` serves this one."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cimento.bench.processes import BenchError, log_of, progress, resident_mb, started
from cimento.bench.projects import Project
from cimento.ops.processes import NotReady, free_port, wait_until

START_SECONDS = 180
# One address measures what many would ask: the chat's rates are out of the way.
NO_LIMITS = {
    "CIMENTO_CHAT_ADDRESS_PER_MINUTE": "1000000",
    "CIMENTO_CHAT_SESSION_PER_MINUTE": "1000000",
}


@dataclass(frozen=True)
class Server:
    """A server that answers. `start_s`: seconds from its start to its first answer."""

    name: str
    url: str
    start_s: float
    pid: int
    actions_pid: int | None

    def memory_mb(self) -> float:
        """Return the resident memory of the Rasa process, in MB."""
        return resident_mb(self.pid)

    def actions_memory_mb(self) -> float | None:
        """Return the resident memory of the action server in MB, None when there is none."""
        return None if self.actions_pid is None else resident_mb(self.actions_pid)


@contextmanager
def serving(project: Project, archive: Path) -> Iterator[Server]:
    """Start the servers of `project` with the model `archive`; stop them on leaving.

    Raises BenchError when they do not answer within START_SECONDS.
    """
    name = f"run_{project.name}"
    url = f"http://127.0.0.1:{(port := free_port())}"
    arguments = [
        project.rasa,
        "run",
        "--enable-api",
        "--interface",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    arguments += ["--model", str(archive), "--endpoints", str(project.endpoints)]
    arguments += ["--credentials", "credentials.yml"]
    actions_pid = None
    with ExitStack() as stack:
        begun = time.monotonic()
        if project.actions_port is not None:
            actions = ["rasa_sdk", "--actions", "actions", "--port", str(project.actions_port)]
            actions_process = started(f"actions_{project.name}", actions, project.root)
            actions_pid = stack.enter_context(actions_process).pid
        environment = {**NO_LIMITS, **project.environment}
        process = stack.enter_context(started(name, arguments, project.root, **environment))
        try:
            wait_until(lambda: _answers(url), START_SECONDS, process)
        except NotReady as error:
            message = f"{project.name} did not start: see the end of {log_of(name)}."
            raise BenchError(message) from error
        seconds = time.monotonic() - begun
        progress(f"{project.name}: first answer after {seconds:.1f} s.")
        yield Server(project.name, url, seconds, process.pid, actions_pid)


def _answers(url: str) -> bool:
    """Return whether a first message gets an answer."""
    body = json.dumps({"sender": "start", "message": "Bonjour"}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/webhooks/rest/webhook", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return bool(json.load(reply))
    except (OSError, urllib.error.URLError):
        return False
