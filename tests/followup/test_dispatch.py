"""One follow-up, tick after tick: what goes out, what does not, and what the team learns."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cimento.followup import alerts, people
from cimento.followup.alerts import read_alerts
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, enrol
from cimento.followup.models import AlertKind, Delivery
from cimento.followup.overview import next_moment
from cimento.followup.protocol import Protocol
from cimento.followup.schedule import PARIS
from cimento.sms.gateway import PermanentFailure, TemporaryFailure, UncertainFailure
from cimento.store.database import Database
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FailingGateway, FakeAssistant, FakeClock, FileGateway

StateOf = Callable[[str], str]


def texts(gateway: FileGateway) -> list[str]:
    return [text for _, _, text in gateway.lines()]


def kinds(database: Database) -> list[str]:
    return [alert.kind for alert in read_alerts(database)]


def run_until(dispatcher: Dispatcher, clock: FakeClock, **delta: float) -> None:
    """Tick until `delta` has passed, every half hour for four days."""
    begun = clock.now
    while clock.now < begun + timedelta(**delta):
        dispatcher.tick()
        if clock.now < begun + timedelta(days=4):
            clock.move(minutes=30)
        else:
            move_on(dispatcher, clock)


def move_on(dispatcher: Dispatcher, clock: FakeClock) -> None:
    """Move by half an hour when something is due within six, else by six hours."""
    upcoming = next_moment(dispatcher._deliveries._database)
    near = upcoming is not None and upcoming - clock.now < timedelta(hours=6)
    clock.move(hours=0.5 if near else 6)


def test_a_whole_follow_up(
    database: Database,
    protocol: Protocol,
    dispatcher: Dispatcher,
    gateway: FileGateway,
    clock: FakeClock,
    fake_assistant: FakeAssistant,
) -> None:
    changes = {"act": "2027-03-10T08:30", "discharge": "2027-03-10T16:00"}
    enrolled = enrol(database, protocol, request(**changes), NOON)
    while clock.now < NOON + timedelta(days=30):
        dispatcher.tick()
        people.record_reply(database, enrolled.conversation_id, clock.now)
        move_on(dispatcher, clock)
    steps = ("evening_before", "day_of_return", "day_1", "day_3", "three_weeks")
    assert texts(gateway) == [protocol.text(step) for step in steps]
    assert fake_assistant.told[enrolled.conversation_id] == 2
    assert kinds(database) == []


def test_nothing_is_sent_twice_by_ticking_again(
    dispatcher: Dispatcher, enrolled: Enrolled, gateway: FileGateway, clock: FakeClock
) -> None:
    clock.move(hours=4)
    for _ in range(5):
        dispatcher.tick()
    assert len(texts(gateway)) == 1


def test_nothing_is_sent_at_night(
    dispatcher: Dispatcher, enrolled: Enrolled, database: Database, clock: FakeClock
) -> None:
    run_until(dispatcher, clock, days=4)
    with database.begin() as session:
        sent = [row.sent_at for row in session.query(Delivery).all() if row.sent_at]
    assert len(sent) == 5  # the day of return, two check-ins, their reminders
    assert all(8 <= moment.astimezone(PARIS).hour < 20 for moment in sent)


def test_what_failed_in_the_evening_is_not_tried_again_at_night(
    database: Database, protocol: Protocol, clock: FakeClock, gateway: FileGateway
) -> None:
    enrol(database, protocol, request(discharge="2027-03-09T19:30"), NOON)
    assistant = FakeAssistant()
    clock.move(hours=8, minutes=1)  # 20:01; still true until 23:30
    dispatcher = Dispatcher(Deliveries(database, protocol), gateway, assistant, clock)
    assert dispatcher.tick() == {}


def test_a_worker_off_for_three_days_sends_nothing_stale(
    dispatcher: Dispatcher,
    enrolled: Enrolled,
    gateway: FileGateway,
    clock: FakeClock,
    protocol: Protocol,
    state_of: StateOf,
) -> None:
    clock.move(days=3)
    dispatcher.tick()
    assert texts(gateway) == [protocol.text("day_3")]
    assert state_of("day_of_return") == state_of("day_1") == "dropped"


def test_silence_brings_one_reminder_then_the_team(
    dispatcher: Dispatcher,
    enrolled: Enrolled,
    database: Database,
    gateway: FileGateway,
    clock: FakeClock,
    protocol: Protocol,
) -> None:
    clock.move(hours=22)  # 10:00, day 1
    dispatcher.tick()
    clock.move(hours=3, minutes=59)
    dispatcher.tick()
    assert texts(gateway) == [protocol.text("day_1")]
    clock.move(minutes=1)
    dispatcher.tick()
    assert texts(gateway)[1:] == [protocol.text("day_1.reminder")]
    assert kinds(database) == []
    clock.move(hours=4)  # 18:00, in the hours of sending
    dispatcher.tick()
    dispatcher.tick()
    assert kinds(database) == ["silence"]
    assert len(texts(gateway)) == 2


@pytest.mark.parametrize("hours", [1, 5])
def test_an_answer_stops_the_reminder_and_the_silence(
    dispatcher: Dispatcher,
    enrolled: Enrolled,
    database: Database,
    gateway: FileGateway,
    clock: FakeClock,
    hours: int,
) -> None:
    clock.move(hours=22)
    dispatcher.tick()
    clock.move(hours=hours)
    dispatcher.tick()
    before = len(texts(gateway))
    assert people.record_reply(database, enrolled.conversation_id, clock.now)
    run_until(dispatcher, clock, hours=20)
    assert len(texts(gateway)) == before
    assert kinds(database) == []


def test_an_answer_before_the_outcome_was_recorded_counts(
    dispatcher: Dispatcher,
    enrolled: Enrolled,
    database: Database,
    protocol: Protocol,
    gateway: FileGateway,
    clock: FakeClock,
) -> None:
    clock.move(hours=22)
    store = Deliveries(database, protocol)
    claim = store.claim(store.due(clock.now, 1)[0], clock.now)
    assert claim
    gateway.send(claim.number, "?", claim.reference)  # and the worker died here
    clock.move(minutes=2)
    people.record_reply(database, enrolled.conversation_id, clock.now)
    run_until(dispatcher, clock, hours=24)
    assert [text for text in texts(gateway) if "réponse." in text] == []
    assert kinds(database) == []


def test_a_late_answer_is_noted(
    dispatcher: Dispatcher, enrolled: Enrolled, database: Database, clock: FakeClock
) -> None:
    clock.move(hours=22)
    run_until(dispatcher, clock, hours=30)
    assert kinds(database) == ["silence"]
    people.record_reply(database, enrolled.conversation_id, clock.now)
    with database.begin() as session:
        day_1 = session.query(Delivery).filter_by(step="day_1").one()
        assert day_1.answered_at == clock.now


def test_a_reminder_that_could_not_go_out_in_time_still_tells_the_team(
    dispatcher: Dispatcher, enrolled: Enrolled, database: Database, clock: FakeClock
) -> None:
    clock.move(hours=22)
    dispatcher.tick()
    clock.move(days=2, hours=1)
    dispatcher.tick()
    assert kinds(database) == ["silence"]


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


def test_stop_then_start(
    database: Database,
    dispatcher: Dispatcher,
    enrolled: Enrolled,
    clock: FakeClock,
    gateway: FileGateway,
    protocol: Protocol,
    state_of: StateOf,
) -> None:
    clock.move(hours=22)
    dispatcher.tick()
    people.record_stop(database, enrolled.conversation_id, clock.now)
    run_until(dispatcher, clock, days=3)
    assert len(texts(gateway)) == 1
    assert kinds(database) == []  # who says STOP is not silent
    people.record_start(database, enrolled.conversation_id, clock.now)
    run_until(dispatcher, clock, days=20)
    assert texts(gateway)[1:] == [protocol.text("three_weeks")]
    assert state_of("day_3") == "opted_out"


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


def test_words_are_passed_on_once_and_encrypted_at_rest(
    database: Database, enrolled: Enrolled, clock: FakeClock
) -> None:
    for _ in range(2):
        alerts.raise_alert(
            database, enrolled.conversation_id, AlertKind.ALARM, clock.now, "medecin",
            "j'ai 39 de fièvre", message_id="SM1",
        )  # fmt: skip
    (alert,) = read_alerts(database)
    assert (alert.words, alert.level) == ("j'ai 39 de fièvre", "medecin")
    file = Path(database.engine.url.database)
    stored = b"".join(part.read_bytes() for part in file.parent.glob("followup.db*"))
    assert b"fi\xc3\xa8vre" not in stored and b"612345678" not in stored


def test_an_alert_about_nobody_known_says_what_to_do(database: Database) -> None:
    with pytest.raises(LookupError, match=r"people\.remember"):
        alerts.raise_alert(database, "sms-nobody", AlertKind.ALARM, NOON)
    assert people.remember(database, "+33612345678", NOON)
