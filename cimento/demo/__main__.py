"""`make demo-sms`: start the assistant, enrol a patient, and play the follow-up.

Nothing to install, no network: the phone is the simulated one, the database a file of its
own under var/. CIMENTO_DEMO_PORT: where the page is; CIMENTO_DEMO_PAUSE: seconds between two
moments of the story.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from cimento.bench.servers import free_port
from cimento.demo.page import make_page
from cimento.demo.story import NUMBER, Story
from cimento.followup import erasure
from cimento.followup.rasa_client import RasaClient
from cimento.settings.followup import read_followup_settings
from cimento.settings.paths import ROOT
from cimento.settings.servers import SettingError, whole_number
from cimento.sms.ledger import Ledger
from cimento.sms.providers.console import ConsoleProvider
from cimento.sms.tables import open_database
from cimento.store.conversations import SqlConversations
from cimento.store.database import connect

_LOG = ROOT / "var" / "demo.log"
_DATABASE = ROOT / "var" / "demo.db"
_START_SECONDS = 600  # with a training


def _environment() -> dict[str, str]:
    """Return the settings of the assistant: free ports, a token, a database of its own."""
    return {
        "CIMENTO_PORT": str(free_port()),
        "CIMENTO_ACTIONS_PORT": str(free_port()),
        "CIMENTO_FOLLOWUP_PORT": str(free_port()),
        "CIMENTO_API_TOKEN": secrets.token_urlsafe(32),
        "CIMENTO_DATABASE_URL": f"sqlite:///{_DATABASE}",
        "CIMENTO_QUEUE_URL": f"sqlite:///{ROOT}/var/demo-queue.db",
        "CIMENTO_SMS_PROVIDER": "console",
        "CIMENTO_SMTP_URL": "",
        "CIMENTO_ALERT_TO": "",
    }


@contextmanager
def _assistant(environment: dict[str, str]) -> Iterator[None]:
    """Run the assistant, exactly as `make run` does; stop it on leaving.

    Raises SettingError, with the end of its log, when it does not start.
    """
    _LOG.parent.mkdir(exist_ok=True)
    with _LOG.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "cimento.ops.run"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while "is ready" not in _LOG.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SettingError(_LOG.read_text()[-2000:])
            time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _sender(port: str) -> Callable[[str], None]:
    """Return what sends a text from the phone to the assistant."""

    def send(text: str) -> None:
        message = {"from": NUMBER, "text": text, "id": uuid.uuid4().hex}
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/webhooks/sms/console",
            json.dumps(message).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            urllib.request.urlopen(request, timeout=60).close()
        except urllib.error.URLError as error:
            print(f"The assistant did not answer ({error}). See {_LOG}.", file=sys.stderr)

    return send


def _begin(environment: dict[str, str], pause: float) -> Story:
    """Return the story, its patient enrolled; of an earlier demonstration nothing is left."""
    database = open_database(environment["CIMENTO_DATABASE_URL"])
    kept = SqlConversations(connect(read_followup_settings().conversations_url))
    erasure.forget(database, erasure.SmsConversations(kept, database.engine), NUMBER)
    url = f"http://127.0.0.1:{environment['CIMENTO_PORT']}"
    phone = ConsoleProvider(Ledger(database.engine), database.engine)
    story = Story(database, phone, RasaClient(url, environment["CIMENTO_API_TOKEN"]), pause)
    story.enrol()
    return story


def _play(story: Story) -> None:
    while not story.finished:
        story.step()
        time.sleep(0.3)
    while True:  # the patient may still write
        story.look()
        time.sleep(0.3)


def main() -> int:
    """Play the demonstration until Ctrl-C; return 1 with a message when it cannot start."""
    try:
        port = whole_number(os.environ, "CIMENTO_DEMO_PORT", 5007, 1, 65535)
        pause = whole_number(os.environ, "CIMENTO_DEMO_PAUSE", 8, 1)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_DATABASE}{suffix}").unlink(missing_ok=True)  # so that STOP is forgotten too
        environment = _environment()
        print("Starting the assistant (about 20 seconds)…", flush=True)
        with _assistant(environment):
            story = _begin(environment, pause)
            threading.Thread(target=_play, args=[story], daemon=True).start()
            print(f"Open http://127.0.0.1:{port} and type as the patient. Ctrl-C ends.", flush=True)
            page = make_page(story, _sender(environment["CIMENTO_PORT"]))
            uvicorn.run(page, host="127.0.0.1", port=port, log_level="error", ws="none")
    except SettingError as error:
        print(f"The demonstration cannot start. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
