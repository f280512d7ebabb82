"""`cimento demo`: start the assistant, enrol a patient, and play the follow-up.

Nothing to install, no network: the phone is the simulated one, the database a file of its
own under var/.
"""

import json
import secrets
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

from cimento.demo.page import make_page
from cimento.demo.story import NUMBER, TEAM, Story
from cimento.followup import erasure
from cimento.followup.clock import utc_now
from cimento.followup.rasa_client import RasaClient
from cimento.ops.processes import NotReady, free_port, running, wait_until
from cimento.settings.concern import SettingError
from cimento.settings.demo import DemoSettings
from cimento.settings.every import check_all
from cimento.settings.paths import ROOT
from cimento.sms.ledger import Ledger
from cimento.sms.providers.console import ConsoleProvider
from cimento.store.conversations import open_conversations
from cimento.store.database import open_database

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
    command = [sys.executable, "-u", "-m", "cimento", "run"]
    with running(command, _LOG, ROOT, environment) as process:
        try:
            wait_until(lambda: "is ready" in _LOG.read_text(), _START_SECONDS, process, _LOG)
        except NotReady as error:
            raise SettingError(f"The demonstration cannot start. {error}") from error
        yield


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
    kept = open_conversations()
    conversations = erasure.SmsConversations(kept, database.engine)
    erasure.forget(database, conversations, NUMBER, TEAM, utc_now())
    url = f"http://127.0.0.1:{environment['CIMENTO_PORT']}"
    phone = ConsoleProvider(Ledger(database.engine), database.engine)
    story = Story(database, phone, RasaClient(url), pause)
    story.enrol()
    return story


def _play(story: Story) -> None:
    while not story.finished:
        story.step()
        time.sleep(0.3)
    while True:  # the patient may still write
        story.look()
        time.sleep(0.3)


def play() -> None:
    """Play the demonstration until Ctrl-C. Raises SettingError when it cannot start."""
    check_all()
    settings = DemoSettings.read()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{_DATABASE}{suffix}").unlink(missing_ok=True)  # so that STOP is forgotten too
    environment = _environment()
    print("Starting the assistant (about 20 seconds)…", flush=True)
    with _assistant(environment):
        story = _begin(environment, settings.pause)
        threading.Thread(target=_play, args=[story], daemon=True).start()
        address = f"http://127.0.0.1:{settings.port}"
        print(f"Open {address} and type as the patient. Ctrl-C ends.", flush=True)
        page = make_page(story, _sender(environment["CIMENTO_PORT"]))
        uvicorn.run(page, host="127.0.0.1", port=settings.port, log_level="error", ws="none")
