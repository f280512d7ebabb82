"""The hospital of test_whole: Rasa, Kannel, PostgreSQL and Redis, all real."""

import json
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cimento.bench.kannel import PASSWORD, SECRET, Kannel
from cimento.followup.dispatch import Dispatcher
from cimento.followup.schedule import PARIS
from cimento.ops.processes import free_port, wait_until
from tests.debian import KANNEL, require
from tests.followup import services
from tests.followup.fakes import FakeClock
from tests.servers import PATIENCE, Assistant, launch, project_copy, start

TOKEN = "a token for the tests"


@dataclass
class Clinic:
    """What the follow-ups need, running; `began`: the one moment from which all days count.

    The worker that `make run` starts beside the assistant has the real clock, and nothing to
    do yet.
    """

    project: Path
    settings: dict[str, str]
    assistant: Assistant
    kannel: Kannel
    began: datetime

    def restart_assistant(self) -> None:
        self.assistant = start(self.project, self.assistant.port, **self.settings)

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """Return an hour of Paris, `days` after the discharge (which is in five days)."""
        day = self.began.date() + timedelta(days=5 + days)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)

    def api(self, path: str, content: dict[str, Any] | None = None) -> Any:
        """POST `content`, or GET; return the JSON of the answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.settings['CIMENTO_FOLLOWUP_PORT']}{path}",
            json.dumps(content).encode() if content else None,
            {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    def alerts(self, *numbers: str) -> list[dict[str, Any]]:
        """Return the open alerts about these numbers, the oldest first."""
        return [alert for alert in self.api("/alerts") if alert["number"] in numbers]


class Reports:
    """Carries Kannel's delivery reports to the assistant, but none while the worker works.

    The assistant's clock is the real one. A report that came before the worker has recorded its
    SMS would date it weeks before the moment that the test plays.
    """

    def __init__(self, port: int) -> None:
        self._free = threading.Event()
        self._free.set()
        free = self._free

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                free.wait(PATIENCE)
                try:
                    url = f"http://127.0.0.1:{port}{self.path}"
                    status = urllib.request.urlopen(url, timeout=PATIENCE).status
                except OSError:
                    status = 503  # Kannel asks again
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let none through until leaving."""
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Phones:
    """The phones behind Kannel, and a dispatcher whose clock the test moves."""

    kannel: Kannel
    clock: FakeClock
    dispatcher: Dispatcher
    reports: Reports

    def tick(self, moment: datetime, expected: int) -> list[str]:
        """Let the worker work at `moment`: exactly `expected` SMS leave. Return them, received."""
        self.clock.now = moment
        before = len(self.kannel.read())
        with self.reports.held():
            outcomes = self.dispatcher.tick()
        assert outcomes["sent"] == expected, outcomes
        return self._new(before, expected)

    def write(self, number: str, text: str) -> str:
        """Write from a phone; return the answer that it receives."""
        (answer,) = self.exchange(number, text, 1)
        return answer

    def exchange(self, number: str, text: str, expected: int) -> list[str]:
        """Write from a phone; return the `expected` SMS that it receives, in their order."""
        before = len(self.kannel.read())
        self.kannel.write(number, f"text {text}")
        return self._new(before, expected)

    def _new(self, before: int, expected: int) -> list[str]:
        wait_until(lambda: len(self.kannel.read()) >= before + expected, PATIENCE)
        texts = [text for _, text in self.kannel.read()[before:]]
        assert len(texts) == expected, texts
        return texts


@contextmanager
def open_clinic() -> Iterator[Clinic]:
    """Start everything, stop it on leaving."""
    require(*KANNEL)
    with (
        services.postgres() as postgres,
        services.running_redis() as redis,
        tempfile.TemporaryDirectory() as folder,
        project_copy() as project,
    ):
        url, port = postgres.new_database(), free_port()
        kannel = Kannel(Path(folder), port)
        settings = {
            "CIMENTO_SECRET": "for-the-tests-" * 4,
            "CIMENTO_API_TOKEN": TOKEN,
            "CIMENTO_FOLLOWUP_PORT": str(free_port()),
            "CIMENTO_DATABASE_URL": url,
            "CIMENTO_QUEUE_URL": redis.url,
            "CIMENTO_SMS_PROVIDER": "kannel",
            "CIMENTO_KANNEL_SEND_URL": kannel.send_url,
            "CIMENTO_KANNEL_USER": "cimento",
            "CIMENTO_KANNEL_PASSWORD": PASSWORD,
            "CIMENTO_KANNEL_SECRET": SECRET,
            "CIMENTO_KANNEL_FROM": "38000",
            "CIMENTO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        # Not in this process: Alembic works in one thread at a time.
        upgraded = launch(project, "followup", "upgrade", **settings)
        assert upgraded.wait(PATIENCE) == 0
        assistant = start(project, port, **settings)
        kannel.start()
        clinic = Clinic(project, settings, assistant, kannel, datetime.now(PARIS))
        try:
            yield clinic
        finally:
            clinic.assistant.stop()
            kannel.stop()
