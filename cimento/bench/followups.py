"""The follow-up engine: a tick among many enrolments, and SMS through a real gateway."""

import http.server
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cimento.bench.enrolments import NOON, fill, make_due, number_of
from cimento.bench.kannel import OWN, PASSWORD, SECRET, Kannel
from cimento.bench.processes import progress
from cimento.followup import enrolment
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.protocol import read_protocol
from cimento.settings.sms import SmsSettings
from cimento.sms.gateway import Gateway, Knowledge
from cimento.sms.ledger import Ledger
from cimento.sms.providers.kannel import KannelProvider
from cimento.store.database import Database, open_database

SIZES = (10_000, 100_000)  # enrolments
DUE = 200  # SMS due at the busy tick
IDLE_TICKS = 20
THROUGH_KANNEL = 500  # SMS


@dataclass(frozen=True)
class Ticks:
    """What one size of the database costs, in ms."""

    idle_ms: float  # a tick with nothing due
    per_sms_ms: float  # of a tick with DUE SMS due, to a provider that takes no time
    enrol_ms: float


@dataclass(frozen=True)
class Sends:
    """SMS per second, on one worker: through the engine, and straight to smsbox."""

    engine: float
    bare: float


class _Nowhere:
    """A provider that takes everything, at once."""

    def send(self, number: str, text: str, reference: str) -> str:
        return reference

    def state_of(self, reference: str) -> Knowledge:
        return "sent"


class _NoCheckIns:
    def start_check_in(self, conversation_id: str) -> None:
        """Tell nobody: only advice is sent here."""


def _dispatcher(database: Database, gateway: Gateway) -> Dispatcher:
    store = Deliveries(database, read_protocol())
    return Dispatcher(store, gateway, _NoCheckIns(), lambda: NOON)


def _ms(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


def measure_ticks(size: int) -> Ticks:
    """Measure on a new SQLite database with `size` enrolments."""
    progress(f"Follow-ups: {size:,} enrolments…")
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        fill(database, size)
        dispatcher = _dispatcher(database, _Nowhere())
        idle = []
        for _ in range(IDLE_TICKS):
            begun = time.perf_counter()
            dispatcher.tick()
            idle.append(_ms(begun))
        make_due(database, DUE)
        begun = time.perf_counter()
        outcomes = dispatcher.tick()
        busy = _ms(begun)
        assert outcomes["sent"] == DUE, outcomes
        enrolling = []
        for index in range(IDLE_TICKS):
            request = enrolment.Request(
                number_of(99_000_000 + index), "2027-03-12T16:00", "bench", "2027-03-09T10:00"
            )
            begun = time.perf_counter()
            enrolment.enrol(database, read_protocol(), request, NOON)
            enrolling.append(_ms(begun))
        return Ticks(statistics.median(idle), busy / DUE, statistics.median(enrolling))


@contextmanager
def _reports() -> Iterator[int]:
    """Take delivery reports on a loopback port, as the assistant would."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def measure_sends() -> Sends:
    """Send THROUGH_KANNEL SMS through Kannel and its simulated operator, both ways in turn."""
    progress(f"Follow-ups: {THROUGH_KANNEL} SMS through Kannel…")
    with tempfile.TemporaryDirectory() as folder, _reports() as port:
        kannel = Kannel(Path(folder), port)
        kannel.start()
        try:
            database = open_database(f"sqlite:///{folder}/bench.db")
            fill(database, 1000)
            make_due(database, THROUGH_KANNEL)
            settings = SmsSettings(
                provider="kannel",
                public_url=f"http://127.0.0.1:{port}",
                kannel_send_url=kannel.send_url,
                kannel_user="cimento",
                kannel_password=PASSWORD,
                kannel_secret=SECRET,
                kannel_from=OWN,
            )
            gateway = KannelProvider(settings, Ledger(database.engine))
            text = read_protocol().text("day_of_return")
            begun = time.perf_counter()
            for index in range(THROUGH_KANNEL):
                query = {"username": "cimento", "password": PASSWORD, "to": number_of(index)}
                query |= {"from": OWN, "text": text, "charset": "UTF-8", "coding": "0"}
                query |= {"dlr-mask": "27", "dlr-url": f"http://127.0.0.1:{port}/?state=%d"}
                urllib.request.urlopen(f"{kannel.send_url}?{urlencode(query)}", timeout=30).close()
            bare = THROUGH_KANNEL / (time.perf_counter() - begun)
            # Each is two parts; what one way left in Kannel's queue would slow down the other.
            kannel.wait_for(2 * THROUGH_KANNEL, seconds=120)
            begun = time.perf_counter()
            outcomes = _dispatcher(database, gateway).tick()
            engine = THROUGH_KANNEL / (time.perf_counter() - begun)
            assert outcomes["sent"] == THROUGH_KANNEL, outcomes
        finally:
            kannel.stop()
    return Sends(engine, bare)


def table(ticks: list[Ticks], sends: Sends) -> str:
    """Return the Markdown table of both measures; `ticks` in the order of SIZES."""
    small, large = ticks

    def row(label: str, name: str) -> str:
        before, after = getattr(small, name), getattr(large, name)
        return f"| {label} | {before:.1f} | {after:.1f} | × {after / before:.2f} |"

    return "\n".join(
        [
            f"| | {SIZES[0]:,} enrolments | {SIZES[1]:,} enrolments | growth |",
            "|---|---:|---:|---:|",
            row("A tick with nothing due (ms)", "idle_ms"),
            row(f"A tick with {DUE} SMS due, for each SMS (ms)", "per_sms_ms"),
            row("One enrolment (ms)", "enrol_ms"),
            "",
            "| SMS per second, one worker | |",
            "|---|---:|",
            f"| through the engine and Kannel: claimed, sent, recorded | {sends.engine:.0f} |",
            f"| straight to Kannel's smsbox, nothing kept (baseline) | {sends.bare:.0f} |",
        ]
    )


def measure() -> str:
    """Return the table of the follow-ups. Takes about two minutes."""
    return table([measure_ticks(size) for size in SIZES], measure_sends())
