"""An installation of which every part works, and what breaks each."""

import shutil
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain

from cimento.channels.monitor import MonitorInput
from cimento.settings.paths import ROOT
from cimento.store.database import connect
from cimento.store.heartbeat import PURGE, TICK, beat
from cimento.store.tracker_store import BoundedSQLTrackerStore
from tests.sms.server import Assistant, Server

TOKEN = "a-token-for-monitoring"


class Healthy(BaseHTTPRequestHandler):
    """Answers as the action server does when it is asked how it is."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Installation:
    """What runs beside the Rasa server, on this machine's loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.actions = HTTPServer(("127.0.0.1", 0), Healthy)
        threading.Thread(target=self.actions.serve_forever, daemon=True).start()
        self.smsbox = socket.create_server(("127.0.0.1", 0))
        domain = Domain.load(str(ROOT / "domain.yml"))
        self.store = BoundedSQLTrackerStore(domain, url=f"sqlite:///{folder}/conversations.db")

    def url(self, name: str) -> str:
        return f"sqlite:///{self.folder}/{name}.db"

    def settings(self) -> dict[str, str]:
        return {
            "SECRET": "a secret for tests, forty characters long",
            "DATABASE_URL": self.url("followup"),
            "CONVERSATIONS_URL": self.url("conversations"),
            "SPOOL": str(self.folder / "spool"),
            "FREE_MEGABYTES": "1",
            "ACTIONS_PORT": str(self.actions.server_port),
            "API_TOKEN": "a-token-for-the-tests",
            "MONITOR_TOKEN": TOKEN,
            "SMS_PROVIDER": "kannel",
            "PUBLIC_URL": "http://127.0.0.1",
            "KANNEL_SEND_URL": f"http://127.0.0.1:{self.smsbox.getsockname()[1]}/cgi-bin/sendsms",
            "KANNEL_USER": "cimento",
            "KANNEL_PASSWORD": "password",
            "KANNEL_SECRET": "a-secret-of-kannel",
            "KANNEL_FROM": "36000",
        }

    def stop(self) -> None:
        self.actions.shutdown()
        self.actions.server_close()
        self.smsbox.close()


@pytest.fixture
def installation(
    tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    shutil.copy(empty_database, tmp_path / "followup.db")
    running = Installation(tmp_path)
    for name, value in running.settings().items():
        monkeypatch.setenv(f"CIMENTO_{name}", value)
    engine, now = connect(running.url("followup")), datetime.now(timezone.utc)
    for name in (TICK, PURGE):
        beat(engine, name, now)
    engine.dispose()
    yield running
    running.stop()


class Ready(Assistant):
    """A stand-in for Rasa's agent with a model."""

    def is_ready(self) -> bool:
        return True


@pytest.fixture
def server(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server, which looks anew each time it is asked; the doctor asks it of its model."""
    agent = Ready()
    agent.tracker_store = installation.store
    with Server(MonitorInput(fresh=0.0), agent) as running:
        monkeypatch.setenv("CIMENTO_PORT", str(running.port))
        yield running
