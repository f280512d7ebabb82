"""One follow-up, tick after tick: what goes out, what does not, and what the team learns."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from cimento.followup import replies
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, enrol
from cimento.followup.models import Delivery
from cimento.followup.protocol import Protocol
from cimento.followup.schedule import PARIS
from cimento.store.database import Database
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FakeAssistant, FakeClock, FileGateway
from tests.followup.ticking import kinds, move_on, reply, run_until, texts

StateOf = Callable[[str], str]


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
        reply(database, clock.now)
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
    assert reply(database, clock.now) == enrolled.id
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
    reply(database, clock.now)
    run_until(dispatcher, clock, hours=24)
    assert [text for text in texts(gateway) if "réponse." in text] == []
    assert kinds(database) == []


def test_a_late_answer_is_noted(
    dispatcher: Dispatcher, enrolled: Enrolled, database: Database, clock: FakeClock
) -> None:
    clock.move(hours=22)
    run_until(dispatcher, clock, hours=30)
    assert kinds(database) == ["silence"]
    reply(database, clock.now)
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
    replies.stop(database, enrolled.conversation_id, clock.now)
    run_until(dispatcher, clock, days=3)
    assert len(texts(gateway)) == 1
    assert kinds(database) == ["stop"]  # who says STOP is not silent
    replies.start(database, enrolled.conversation_id, clock.now)
    run_until(dispatcher, clock, days=20)
    assert texts(gateway)[1:] == [protocol.text("three_weeks")]
    assert state_of("day_3") == "opted_out"
