"""What fails between the follow-ups and the phone, and what is done about it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cimento.followup import people
from cimento.followup.alerts import read_alerts
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, enrol
from cimento.followup.protocol import Protocol
from cimento.sms.gateway import PermanentFailure, TemporaryFailure, UncertainFailure
from cimento.store.database import Database
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FailingGateway, FakeAssistant, FakeClock, FileGateway
from tests.followup.ticking import kinds, run_until, texts

StateOf = Callable[[str], str]


def failing(database: Database, protocol: Protocol, clock: FakeClock, gateway: FileGateway, **kw: Any) -> Dispatcher:  # fmt: skip
    return Dispatcher(Deliveries(database, protocol), gateway, FakeAssistant(**kw), clock)


def test_temporary_failures_are_tried_again_less_and_less_often(
    database: Database,
    protocol: Protocol,
    enrolled: Enrolled,
    clock: FakeClock,
    tmp_path: Path,
    state_of: StateOf,
) -> None:
    gateway = FailingGateway(tmp_path / "sent", *[TemporaryFailure("503")] * 2)
    dispatcher = failing(database, protocol, clock, gateway)
    clock.move(hours=4)
    outcomes = []
    for _ in range(4):
        outcomes.append(dict(dispatcher.tick()))
        clock.move(seconds=61)
    assert outcomes == [{"retry": 1}, {"retry": 1}, {}, {"sent": 1}]
    assert state_of("day_of_return") == "sent"


def test_an_outage_until_it_is_too_late_is_told(
    database: Database, protocol: Protocol, enrolled: Enrolled, clock: FakeClock, tmp_path: Path
) -> None:
    gateway = FailingGateway(tmp_path / "sent", *[TemporaryFailure("503")] * 1000)
    clock.move(hours=4)
    run_until(failing(database, protocol, clock, gateway), clock, hours=6)
    (alert,) = read_alerts(database)
    assert (alert.kind, alert.detail) == ("undeliverable", "day_of_return: 503")


def test_a_permanent_failure_stops_all_and_is_told_once(
    database: Database,
    protocol: Protocol,
    enrolled: Enrolled,
    clock: FakeClock,
    tmp_path: Path,
    state_of: StateOf,
) -> None:
    gateway = FailingGateway(tmp_path / "sent", PermanentFailure("unknown number"))
    clock.move(hours=4)
    run_until(failing(database, protocol, clock, gateway), clock, days=30)
    assert state_of("day_of_return") == "failed"
    assert state_of("day_1") == state_of("three_weeks") == "dropped"
    (alert,) = read_alerts(database)
    assert (alert.kind, alert.number) == ("undeliverable", "+33612345678")
    assert texts(gateway) == []


def test_stop_at_the_operator_is_an_opt_out(
    database: Database,
    protocol: Protocol,
    enrolled: Enrolled,
    clock: FakeClock,
    tmp_path: Path,
    state_of: StateOf,
) -> None:
    gateway = FailingGateway(tmp_path / "sent", PermanentFailure("21610", opted_out=True))
    clock.move(hours=4)
    run_until(failing(database, protocol, clock, gateway), clock, days=2)
    with database.begin() as session:
        assert people.is_opted_out(session, enrolled.conversation_id)
    assert state_of("day_1") == "opted_out"
    assert kinds(database) == ["stop"]


@pytest.mark.parametrize("failure", [UncertainFailure("timeout"), RuntimeError("bug")])
def test_an_uncertain_outcome_is_settled_by_the_provider(
    database: Database,
    protocol: Protocol,
    enrolled: Enrolled,
    clock: FakeClock,
    tmp_path: Path,
    failure: Exception,
    state_of: StateOf,
) -> None:
    gateway = FailingGateway(tmp_path / "sent", failure)
    dispatcher = failing(database, protocol, clock, gateway)
    clock.move(hours=4)
    dispatcher.tick()
    assert state_of("day_of_return") == "claimed"
    clock.move(minutes=6)
    dispatcher.tick()  # the provider says that it has not got it
    assert state_of("day_of_return") == "sent"
    assert len(texts(gateway)) == 1


def test_a_provider_that_never_answers_leaves_it_to_a_human(
    database: Database,
    protocol: Protocol,
    enrolled: Enrolled,
    clock: FakeClock,
    tmp_path: Path,
    state_of: StateOf,
) -> None:
    class Deaf(FailingGateway):
        def state_of(self, reference: str) -> Any:
            raise ConnectionError

    gateway = Deaf(tmp_path / "sent", UncertainFailure("timeout"))
    dispatcher = failing(database, protocol, clock, gateway)
    clock.move(hours=4)
    run_until(dispatcher, clock, hours=2)
    assert state_of("day_of_return") == "unknown"
    assert kinds(database) == ["unknown"]
    assert texts(gateway) == []


def test_a_check_in_waits_until_the_assistant_knows_of_it(
    database: Database,
    protocol: Protocol,
    enrolled: Enrolled,
    clock: FakeClock,
    gateway: FileGateway,
    state_of: StateOf,
) -> None:
    assistant = FakeAssistant(TemporaryFailure("Rasa is away"))
    dispatcher = Dispatcher(Deliveries(database, protocol), gateway, assistant, clock)
    clock.move(hours=22)
    dispatcher.tick()
    assert (texts(gateway), state_of("day_1")) == ([], "pending")
    assistant.failure = None
    clock.move(minutes=2)
    dispatcher.tick()
    assert state_of("day_1") == "sent"


def test_a_worker_that_was_frozen_does_not_send(
    database: Database, protocol: Protocol, enrolled: Enrolled, clock: FakeClock, gateway: FileGateway, state_of: StateOf
) -> None:  # fmt: skip
    class Slow(FakeAssistant):
        def start_check_in(self, conversation_id: str) -> None:
            clock.move(minutes=4)

    clock.move(hours=22)
    Dispatcher(Deliveries(database, protocol), gateway, Slow(), clock).tick()
    assert (texts(gateway), state_of("day_1")) == ([], "pending")


@pytest.mark.parametrize(
    ("delivered", "state", "told"), [(True, "delivered", []), (False, "failed", ["undeliverable"])]
)
def test_delivery_reports(
    database: Database,
    dispatcher: Dispatcher,
    enrolled: Enrolled,
    clock: FakeClock,
    gateway: FileGateway,
    protocol: Protocol,
    state_of: StateOf,
    delivered: bool,
    state: str,
    told: list[str],
) -> None:
    clock.move(hours=22)
    dispatcher.tick()
    store = Deliveries(database, protocol)
    for _ in range(2):  # providers repeat
        assert store.record_report(gateway.lines()[0][0], delivered, "absent", clock.now)
    assert state_of("day_1") == state
    assert kinds(database) == told
    assert not store.record_report("never sent", delivered, "", clock.now)


def test_a_report_settles_what_a_dead_worker_left(
    database: Database,
    enrolled: Enrolled,
    clock: FakeClock,
    protocol: Protocol,
    state_of: StateOf,
) -> None:
    clock.move(hours=22)
    store = Deliveries(database, protocol)
    claim = store.claim(store.due(clock.now, 1)[0], clock.now)
    assert claim
    store.record_report(claim.reference, True, "", clock.now)
    assert state_of("day_1") == "delivered"


def test_one_broken_delivery_does_not_keep_the_others_waiting(
    database: Database,
    protocol: Protocol,
    dispatcher: Dispatcher,
    gateway: FileGateway,
    clock: FakeClock,
    enrolled: Enrolled,
) -> None:
    enrol(database, protocol, request("0612345679"), NOON)
    with database.begin() as session:
        person = people.lock(session, enrolled.conversation_id)
        assert person
        person.number = "not encrypted"
    clock.move(hours=4)
    assert dispatcher.tick() == {"error": 1, "sent": 1}
