"""Another model put in place, and the servers restarted one after the other, while patients ask.

`python -m tests.deploy.rolling` (`make test-rolling`) does what docs/install.md says of an upgrade,
behind nginx, and prints what failed.
"""

import gzip
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from ssl import SSLContext
from typing import Any

from cimento.ops import train
from cimento.ops.model import artefact
from cimento.ops.processes import free_port, running, wait_until
from tests.certificates import LOOPBACK
from tests.deploy.proxy import PATIENTS, nginx
from tests.servers import ENVIRONMENT, PATIENCE, START_SECONDS, listens, project_copy

_AT_ONCE = 6  # patients
_PAUSE = 3.2  # seconds between two of a patient's questions: they may ask 20 a minute
_QUESTION, _ANSWER = "Je peux venir seul ?", "faites-vous accompagner"


class Patients:
    """They ask, wait, ask again in the same conversation, until they are told to stop."""

    def __init__(self, port: int, trust: SSLContext) -> None:
        self._port, self._trust = port, trust
        self.seconds: list[float] = []  # that each answered turn took
        self.failed: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._talk) for _ in range(_AT_ONCE)]

    @contextmanager
    def asking(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()

    def ask_some(self) -> None:
        """Wait until each has asked once more, or failed to."""
        enough = len(self.seconds) + len(self.failed) + _AT_ONCE
        wait_until(lambda: len(self.seconds) + len(self.failed) >= enough, PATIENCE)

    def _talk(self) -> None:
        token = ""
        while not self._over.wait(_PAUSE):
            began = time.monotonic()
            try:
                token = token or self._post("sessions", {}, "")["token"]
                turn = self._post("messages", {"text": _QUESTION}, token)
                token = turn["token"]
                if _ANSWER not in turn["messages"][0]["text"]:
                    raise ValueError("another answer")
                self.seconds.append(time.monotonic() - began)
            except (OSError, HTTPException, ValueError, KeyError) as error:
                self.failed.append(f"{type(error).__name__}: {error}")
                token = ""

    def _post(self, path: str, content: dict[str, str], token: str) -> dict[str, Any]:
        connection = HTTPSConnection(LOOPBACK, self._port, context=self._trust, timeout=PATIENCE)
        headers = {"Host": PATIENTS, "Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("POST", f"/chat/{path}", json.dumps(content).encode(), headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status >= 400:
            raise ValueError(f"status {answer.status}")
        read: dict[str, Any] = json.loads(said)
        return read


def another_model(project: Path, folder: Path) -> Path:
    """Return a file with the model of `project`, compressed otherwise: another digest."""
    record = json.loads((project / train.RECORD).read_text())
    content = gzip.decompress((project / train.MODEL).read_bytes())
    model = folder / train.MODEL
    model.parent.mkdir(parents=True)
    model.write_bytes(gzip.compress(content, 1))
    record |= {"model": train.digest([model]), "figures": {}}
    (folder / train.RECORD).write_text(json.dumps(record))
    for name in ("config.yml", "domain.yml", "requirements.txt", "data", "cimento"):
        (folder / name).symlink_to(project / name)
    artefact.pack(folder / "model.tar", folder)
    return folder / "model.tar"


def roll(say: Any = print) -> Patients:
    """Do it; return the patients, who know what failed."""
    with ExitStack() as stack:
        project = stack.enter_context(project_copy())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cimento-")))
        ports, trust = stack.enter_context(nginx(folder))
        actions = free_port()
        settings = {
            **ENVIRONMENT,
            "CIMENTO_CHAT_PROXIES": "1",
            "CIMENTO_CHAT_ADDRESS_PER_MINUTE": "100000",
            "CIMENTO_ACTIONS_PORT": str(actions),
            "CIMENTO_SPOOL": str(folder / "spool"),
        }

        @contextmanager
        def process(command: str, variable: str, port: int) -> Iterator[None]:
            """Run a command until it listens at `port`; stop it as a service manager does."""
            arguments = [sys.executable, "-m", "cimento", command]
            log = folder / f"{command}-{port}.log"
            environment = {**settings, variable: str(port)}
            with running(arguments, log, project, environment, gently=False) as started:
                wait_until(lambda: listens(port), START_SECONDS, started, log)
                yield
                started.terminate()
                started.wait(PATIENCE)

        stack.enter_context(process("actions", "CIMENTO_ACTIONS_PORT", actions))
        # The patients stop asking before the servers end.
        servers = stack.enter_context(ExitStack())
        first = servers.enter_context(ExitStack())
        first.enter_context(process("serve", "CIMENTO_PORT", ports.first))
        patients = Patients(ports.tls, trust)
        stack.enter_context(patients.asking())
        patients.ask_some()
        install = [sys.executable, "-m", "cimento", "model", "install"]
        model = another_model(project, folder / "factory")
        subprocess.run([*install, str(model)], cwd=project, env=settings, check=True)
        say("The model is in place.")
        with process("serve", "CIMENTO_PORT", ports.second):
            say("The second server listens; the first is stopped.")
            first.close()
            patients.ask_some()
            servers.enter_context(process("serve", "CIMENTO_PORT", ports.first))
            say("The first listens again; the second is stopped.")
        patients.ask_some()
        say(
            f"{len(patients.seconds)} turns answered, the longest in {max(patients.seconds):.1f} s."
        )
    return patients


if __name__ == "__main__":
    failed = roll().failed
    print(f"{len(failed)} failed.", *failed, sep="\n")
    sys.exit(bool(failed))
