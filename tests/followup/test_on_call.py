"""Nobody takes an alert: who is on duty is called, then the next, and nothing is told of a patient."""

import base64
import hashlib
import hmac
import http.server
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cimento.followup import alerts, care, erasure, figures, on_call
from cimento.followup.calls import Caller
from cimento.followup.enrolment import Enrolled
from cimento.followup.listener import FollowUpListener
from cimento.followup.models import AlertCall, AlertKind, State
from cimento.followup.on_call import OnCall, troubles
from cimento.followup.protocol import Protocol
from cimento.followup.rota import read_rota
from cimento.sms.gateway import PermanentFailure, TemporaryFailure
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect
from tests.followup.conftest import NOON, ROTA
from tests.followup.fakes import FailingGateway, FakeClock, FileGateway

CLAIRE, PAUL = "+33611111111", "+33622222222"
PAGE = "https://suivi.chu.example/equipe/a-faire"
WORDS = "j'ai 39 et des frissons"
Make = Callable[..., OnCall]


@pytest.fixture
def make(database: Database, gateway: FileGateway, rota: Path) -> Make:
    """Return what makes a worker's part."""

    def of(through: FileGateway = gateway, key: bytes = b"") -> OnCall:
        caller = Caller(through, None, key, PAGE)
        waits = (timedelta(minutes=5), timedelta(minutes=15))
        return OnCall(database, lambda: read_rota(rota, bool(key), False), caller, *waits)

    return of


def alarm(database: Database, enrolled: Enrolled, level: str = "medecin") -> None:
    name = enrolled.conversation_id
    alerts.raise_alert(
        database, name, AlertKind.ALARM, NOON, level, WORDS, enrolment_id=enrolled.id
    )


def called(gateway: FileGateway) -> list[str]:
    return [number for _, number, _ in gateway.lines()]


def run(on_call: OnCall, clock: FakeClock, minutes: int) -> None:
    """Tick each minute, for so many."""
    for _ in range(minutes):
        clock.move(minutes=1)
        on_call.tick(clock.now)


def test_the_next_is_called_until_somebody_takes_it_at_night_too(
    database: Database, enrolled: Enrolled, make: Make, gateway: FileGateway, clock: FakeClock
) -> None:
    alarm(database, enrolled)
    on_call = make()
    run(on_call, clock, 4)
    assert called(gateway) == []
    run(on_call, clock, 1)
    assert called(gateway) == [CLAIRE]
    run(on_call, clock, 10)
    assert called(gateway) == [CLAIRE, PAUL, CLAIRE]
    clock.move(hours=11)  # after a worker was away, at night: one call, not a hundred
    run(on_call, clock, 1)
    assert called(gateway) == [CLAIRE, PAUL, CLAIRE, PAUL]
    care.take(database, [1], "Claire Durand", clock.now)
    (week,) = figures.weeks(database, clock.now, 1)
    late = timedelta(hours=11) - timedelta(minutes=4)
    assert sorted(week.to_call) == [timedelta(), timedelta(), timedelta(), late]
    assert week.call_to_take == [timedelta(hours=11, minutes=11)]
    run(on_call, clock, 30)
    assert len(called(gateway)) == 4
    assert troubles(database, clock.now) == []


def test_a_call_says_how_many_alerts_wait_and_nothing_of_a_patient(
    database: Database, enrolled: Enrolled, make: Make, gateway: FileGateway, clock: FakeClock
) -> None:
    alarm(database, enrolled)
    alarm(database, enrolled, "urgence")
    run(make(), clock, 5)
    ((reference, _, text),) = gateway.lines()
    assert text == f"Cimento : 2 alertes urgentes à prendre. {PAGE}"
    assert len(reference) == 32


def test_what_is_not_urgent_is_called_about_once_to_each(
    database: Database, enrolled: Enrolled, make: Make, gateway: FileGateway, clock: FakeClock
) -> None:
    alarm(database, enrolled, "equipe")
    run(make(), clock, 14)
    assert called(gateway) == []
    run(make(), clock, 100)
    assert called(gateway) == [CLAIRE, PAUL]
    assert gateway.lines()[0][2] == f"Cimento : 1 alerte à prendre. {PAGE}"


def test_what_is_handed_over_waits_anew(
    database: Database, enrolled: Enrolled, make: Make, gateway: FileGateway, clock: FakeClock
) -> None:
    alarm(database, enrolled)
    run(make(), clock, 6)
    care.take(database, [1], "Claire Durand", clock.now)
    clock.move(hours=2)
    care.hand_over(database, [1], "Claire Durand", "Rappeler.", clock.now)
    run(make(), clock, 4)
    assert called(gateway) == [CLAIRE]
    run(make(), clock, 1)
    assert called(gateway) == [CLAIRE, CLAIRE]


def test_who_cannot_be_reached_is_passed_over_at_once(
    database: Database, enrolled: Enrolled, make: Make, tmp_path: Path, clock: FakeClock
) -> None:
    alarm(database, enrolled)
    gateway = FailingGateway(tmp_path / "sent", PermanentFailure("no such number"))
    run(make(gateway), clock, 5)
    assert called(gateway) == [] and troubles(database, clock.now) == ["failed"]
    run(make(gateway), clock, 1)
    assert called(gateway) == [PAUL] and troubles(database, clock.now) == []


def test_an_sms_that_did_not_arrive_is_passed_over_too(
    database: Database, enrolled: Enrolled, protocol: Protocol, make: Make, gateway: FileGateway,
    clock: FakeClock,
) -> None:  # fmt: skip
    alarm(database, enrolled)
    run(make(), clock, 5)
    reference = gateway.lines()[0][0]
    FollowUpListener(database, protocol).reported(reference, clock.now, "failed")
    run(make(), clock, 1)
    assert called(gateway) == [CLAIRE, PAUL]


def test_a_carrier_that_is_away_is_asked_again_and_told_in_red(
    database: Database, enrolled: Enrolled, make: Make, tmp_path: Path, clock: FakeClock
) -> None:
    alarm(database, enrolled)
    gateway = FailingGateway(tmp_path / "sent", *[TemporaryFailure("away") for _ in range(4)])
    run(make(gateway), clock, 8)
    assert troubles(database, clock.now) == ["late"]
    run(make(gateway), clock, 1)
    assert called(gateway) == [CLAIRE]
    assert troubles(database, clock.now) == []


def test_nobody_on_duty_is_told_and_made_good_as_soon_as_somebody_is(
    database: Database, enrolled: Enrolled, make: Make, gateway: FileGateway, rota: Path,
    clock: FakeClock,
) -> None:  # fmt: skip
    alarm(database, enrolled)
    on_call = make()
    rota.write_text("- {name: Claire Durand, sms: 0611111111, until: 09/03/2027 12 h}")
    run(on_call, clock, 30)
    assert troubles(database, clock.now) == ["nobody"]
    rota.write_text("no rota")  # half written: the one of before is used
    run(on_call, clock, 1)
    rota.write_text(ROTA)
    run(on_call, clock, 1)
    assert called(gateway) == [CLAIRE]
    assert troubles(database, clock.now) == []


def test_a_worker_that_died_after_the_sms_left_does_not_send_it_again(
    database: Database, enrolled: Enrolled, make: Make, gateway: FileGateway, clock: FakeClock
) -> None:
    alarm(database, enrolled)
    run(make(), clock, 5)
    with database.begin() as session:  # it had sent, and not yet said so
        row = session.query(AlertCall).one()
        row.state, row.claimed_at, row.sent_at = State.CLAIMED, clock.now, None
    run(make(), clock, 5)
    assert called(gateway) == [CLAIRE, PAUL]
    with database.begin() as session:
        assert {row.state for row in session.query(AlertCall).all()} == {State.SENT}


def test_two_workers_call_once(
    database: Database, enrolled: Enrolled, make: Make, gateway: FileGateway, clock: FakeClock
) -> None:
    alarm(database, enrolled)
    clock.move(minutes=5)
    workers = [threading.Thread(target=make().tick, args=[clock.now]) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert called(gateway) == [CLAIRE]


class _Webhook(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((dict(self.headers), body))  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def webhook() -> Iterator[http.server.HTTPServer]:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Webhook)
    server.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_hospitals_own_paging_gets_a_signed_call(
    database: Database, enrolled: Enrolled, make: Make, gateway: FileGateway, rota: Path,
    clock: FakeClock, webhook: http.server.HTTPServer,
) -> None:  # fmt: skip
    alarm(database, enrolled)
    rota.write_text(f"- {{name: Standard, webhook: 'http://127.0.0.1:{webhook.server_port}/x'}}")
    key = b"a key of twenty-four bytes or more"
    run(make(key=key), clock, 5)
    ((headers, body),) = webhook.seen  # type: ignore[attr-defined]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}".encode()
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    assert b'"urgent": 1' in body and PAGE.encode() in body
    for secret in (WORDS, "612345678", "alarm", "medecin"):
        assert secret.encode() not in body
    assert called(gateway) == []


def test_calls_go_with_the_patient(
    database: Database, enrolled: Enrolled, protocol: Protocol, make: Make, clock: FakeClock,
    tmp_path: Path,
) -> None:  # fmt: skip
    alarm(database, enrolled)
    run(make(), clock, 5)
    with database.begin() as session:
        (call,) = on_call.read_calls(session, [1])[1]
    assert (call.who, call.state, call.sent_at) == ("Claire Durand", State.SENT, clock.now)
    kept = SqlConversations(connect(f"sqlite:///{tmp_path}/conversations.db"))
    held = erasure.export(database, kept, protocol, "0612345678")
    assert held["alerts"][0]["calls"][0]["who"] == "Claire Durand"
    assert erasure.forget(database, kept, "0612345678", "Anne", clock.now, even_open=True)
    with database.begin() as session:
        assert session.query(AlertCall).count() == 0
