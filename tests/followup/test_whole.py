"""A whole follow-up on real parts: Kannel, Rasa, PostgreSQL, Redis, the API; with restarts.

On SQLite it is that of the demonstration, in tests/browser.
"""

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cimento.bench.kannel import PASSWORD, SECRET, Kannel
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.protocol import read_protocol
from cimento.followup.rasa_client import RasaClient
from cimento.followup.schedule import PARIS
from cimento.ops.processes import free_port
from cimento.settings.sms import SmsSettings
from cimento.sms.providers import make_provider
from cimento.store.database import connect, open_database, upgrade
from tests.conftest import Assistant, copy_project, start
from tests.debian import KANNEL, require
from tests.followup import services
from tests.followup.fakes import FakeClock

_SECONDS = 30  # for an SMS to come through
TOKEN = "a token for the tests"
MARIE, PAUL = "+33612345678", "+33698765432"


@dataclass
class Clinic:
    """The hospital: an assistant, a gateway, and a dispatcher whose clock the test moves.

    The worker that `make run` starts beside them has the real clock, and nothing to do yet.
    """

    project: Path
    settings: dict[str, str]
    assistant: Assistant
    kannel: Kannel
    clock: FakeClock
    dispatcher: Dispatcher

    def restart_assistant(self) -> None:
        self.assistant = start(self.project, self.assistant.port, **self.settings)

    def api(self, path: str, content: dict[str, Any] | None = None) -> Any:
        """POST `content`, or GET; return the JSON of the answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.settings['CIMENTO_FOLLOWUP_PORT']}{path}",
            json.dumps(content).encode() if content else None,
            {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    def tick(self, day: datetime, expected: int) -> list[str]:
        """Let the worker work at `day`; return the SMS that phones have received by then."""
        self.clock.now = day
        before = len(self.kannel.read())
        self.dispatcher.tick()
        return self._new(before, expected)

    def write(self, number: str, text: str) -> str:
        """Write from a phone; return the answer that it receives."""
        before = len(self.kannel.read())
        self.kannel.write(number, f"text {text}")
        return self._new(before, 1)[0]

    def _new(self, before: int, expected: int) -> list[str]:
        deadline = time.monotonic() + _SECONDS
        while len(self.kannel.read()) < before + expected:
            assert time.monotonic() < deadline, f"{expected} SMS: not within {_SECONDS} s"
            time.sleep(0.05)
        texts = [text for _, text in self.kannel.read()[before:]]
        assert len(texts) == expected, texts
        return texts


@pytest.fixture
def redis() -> Iterator[services.Redis]:
    with services.running_redis() as running:
        yield running


@pytest.fixture
def clinic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: str, redis: services.Redis
) -> Iterator[Clinic]:
    require(*KANNEL)
    upgrade(connect(postgres))
    port = free_port()
    kannel = Kannel(tmp_path, port)
    settings = {
        "CIMENTO_SECRET": "for-the-tests-" * 4,
        "CIMENTO_API_TOKEN": TOKEN,
        "CIMENTO_FOLLOWUP_PORT": str(free_port()),
        "CIMENTO_DATABASE_URL": postgres,
        "CIMENTO_QUEUE_URL": redis.url,
        "CIMENTO_SMS_PROVIDER": "kannel",
        "CIMENTO_KANNEL_SEND_URL": kannel.send_url,
        "CIMENTO_KANNEL_USER": "cimento",
        "CIMENTO_KANNEL_PASSWORD": PASSWORD,
        "CIMENTO_KANNEL_SECRET": SECRET,
        "CIMENTO_KANNEL_FROM": "38000",
        "CIMENTO_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    project = copy_project(tmp_path / "cimento")
    assistant = start(project, port, **settings)
    database = open_database(postgres)
    clock = FakeClock(datetime.now(PARIS))
    dispatcher = Dispatcher(
        Deliveries(database, read_protocol()),
        make_provider(SmsSettings(), database.engine),
        RasaClient(f"http://127.0.0.1:{port}", TOKEN),
        clock,
    )
    kannel.start()
    running = Clinic(project, settings, assistant, kannel, clock, dispatcher)
    yield running
    running.assistant.stop()
    kannel.stop()


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """Return an hour of Paris, `days` after the discharge (which is in five days)."""
    day = datetime.now(PARIS).date() + timedelta(days=5 + days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


def test_a_whole_follow_up_through_a_real_gateway(clinic: Clinic) -> None:
    protocol = read_protocol()
    who = {"consent_by": "Mme Durand", "consent_at": datetime.now(PARIS).isoformat()}
    discharge, act = at(0, 16).isoformat(), at(0, 8, 30).isoformat()
    clinic.api(
        "/enrolments", {"number": "06 12 34 56 78", "discharge": discharge, "act": act, **who}
    )
    clinic.api("/enrolments", {"number": "06 98 76 54 32", "discharge": discharge, **who})

    (evening,) = clinic.tick(at(-1, 18), 1)
    assert "à jeun" in evening
    assert len(clinic.tick(at(0, 16), 2)) == 2

    # Day 1: both are asked. Marie asks something first; Paul stays silent.
    assert len(clinic.tick(at(1, 10), 2)) == 2
    answer = clinic.write(MARIE, "et je peux conduire ?")
    assert "24" in answer and "Avez-vous de la fièvre" in answer
    assert "1. Oui" in answer
    assert "c'est noté" in clinic.write(MARIE, "RAS tout va bien")
    (reminder,) = clinic.tick(at(1, 14, 1), 1)
    assert reminder.startswith("CHU de Bordeaux, assistant automatique. Nous n'avons pas")
    clinic.tick(at(1, 18, 2), 0)
    assert [(a["kind"], a["number"]) for a in clinic.api("/alerts")] == [("silence", PAUL)]

    # Day 3: Rasa is away, so both check-ins wait; then each goes out once.
    clinic.assistant.stop()
    clinic.tick(at(3, 10), 0)
    clinic.restart_assistant()
    assert len(clinic.tick(at(3, 10, 10), 2)) == 2
    assert "Appelez immédiatement" in clinic.write(MARIE, "1")
    assert "Appelez immédiatement" in clinic.write(PAUL, "oui 38,9")
    alerts = clinic.api("/alerts")
    told = [(a["kind"], a["level"], a["number"], a["words"]) for a in alerts[1:]]
    assert told == [
        ("alarm", "medecin", MARIE, "1"),
        ("alarm", "medecin", PAUL, "oui 38,9"),
    ]
    clinic.write(PAUL, "je voudrais parler a quelqu'un")
    assert clinic.api("/alerts")[-1]["kind"] == "human"

    # Three weeks: the gateway is away, then back. Marie has said STOP.
    assert "vous ne recevrez plus" in clinic.write(MARIE, "STOP")
    clinic.kannel.kill_smsbox()
    clinic.tick(at(21, 10), 0)
    clinic.kannel.start_smsbox()
    (redness,) = clinic.tick(at(21, 10, 10), 1)
    assert "rougeur" in redness

    sent = Counter(clinic.kannel.read())
    asked = [(number, text) for number, text in sent if text.startswith("CHU de Bordeaux")]
    assert {number for number, _ in asked} == {MARIE, PAUL}
    # Each SMS of the protocol once to each; the two check-ins have the same words.
    expected = {"evening_before": 1, "day_of_return": 2, "reminder": 1, "three_weeks": 1}
    assert sum(sent[key] for key in asked) == sum(expected.values()) + 4
    print(f"{sum(sent[key] for key in asked)} SMS of the protocol: 0 lost, 0 doubled")

    # Erased: nothing about Marie is left, except that she wants no SMS.
    clinic.api("/forget", {"number": "06 12 34 56 78"})
    held = clinic.api("/export", {"number": "06 12 34 56 78"})
    assert held["conversation"] == [] and set(held) == {"conversation", "opted_out"}
    assert len(protocol.steps) == 5


def test_a_patient_nobody_enrolled_reaches_the_team(clinic: Clinic) -> None:
    answer = clinic.write("+33611111111", "je n arrive plus a respirer")
    assert "15" in answer
    (alert,) = clinic.api("/alerts")
    assert (alert["kind"], alert["level"]) == ("alarm", "urgence")
    assert alert["number"] == "+33611111111"
    clinic.api(f"/alerts/{alert['id']}/acknowledge", {"by": "Dr Martin"})
    assert clinic.api("/alerts") == []
