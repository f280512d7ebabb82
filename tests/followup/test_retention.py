"""What is kept goes when its time has come: not a second earlier, and in every store."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from cimento.followup import alerts, people, replies
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, enrol
from cimento.followup.erasure import SmsConversations
from cimento.followup.models import (
    Alert,
    AlertKind,
    Audit,
    Consent,
    Delivery,
    Enrolment,
    OptOut,
    Person,
)
from cimento.followup.protocol import Protocol
from cimento.followup.retention import Retention, purge, read_retention
from cimento.followup.worker import Jobs
from cimento.settings.concern import SettingError
from cimento.settings.worker import WorkerSettings
from cimento.sms import tables
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect, open_database
from cimento.store.heartbeat import PURGE, TICK, last_beat
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FakeClock

SECOND = timedelta(seconds=1)
KEPT = Retention(web=timedelta(days=30), people=timedelta(days=90), sms=timedelta(days=60))
STRANGER = "sms-" + "0" * 32


@pytest.fixture
def database(url: str) -> Database:
    return open_database(url)


@pytest.fixture
def events(tmp_path: Path) -> Engine:
    """The tracker store's database."""
    engine = connect(f"sqlite:///{tmp_path}/conversations.db")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE events"
            " (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), timestamp FLOAT, data TEXT)"
        )
    return engine


@pytest.fixture
def conversations(events: Engine, database: Database) -> SmsConversations:
    return SmsConversations(SqlConversations(events), database.engine)


def say(events: Engine, conversation: str, at: datetime) -> None:
    with events.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO events (sender_id, timestamp, data) VALUES (?, ?, '{}')",
            (conversation, at.timestamp()),
        )


def held_by_the_channel(database: Database, at: datetime) -> Callable[[], list[int]]:
    """Keep one row of `at` in each of the channel's tables; return what counts them."""
    stamp = at
    written = (
        (
            tables.INBOUND,
            {"provider": "console", "id": "1", "conversation": "c", "begun_at": stamp},
        ),
        (tables.OUTBOUND, {"reference": "r", "state": "accepted", "at": stamp}),
        (tables.PHONE, {"conversation": "c", "reference": "r", "text": "…", "at": stamp}),
    )
    with database.engine.begin() as connection:
        for table, row in written:
            connection.execute(table.insert().values(row))

    def count() -> list[int]:
        with database.engine.connect() as connection:
            queries = (sa.select(sa.func.count()).select_from(table) for table, _ in written)
            return [connection.execute(query).scalar_one() for query in queries]

    return count


@pytest.mark.parametrize(
    ("conversation", "kept"),
    [("chat-a", KEPT.web), ("sender of REST", KEPT.web), (STRANGER, KEPT.people)],
)
def test_a_conversation_is_kept_so_long_after_its_last_message(
    database: Database,
    events: Engine,
    conversations: SmsConversations,
    conversation: str,
    kept: timedelta,
) -> None:
    say(events, conversation, NOON - timedelta(days=200))
    say(events, conversation, NOON)
    purge(database, conversations, NOON + kept, KEPT)
    assert len(conversations.read(conversation)) == 2
    purge(database, conversations, NOON + kept + SECOND, KEPT)
    assert conversations.read(conversation) == []


def test_ids_and_states_of_sms_are_kept_so_long(
    database: Database, conversations: SmsConversations
) -> None:
    count = held_by_the_channel(database, NOON)
    purge(database, conversations, NOON + KEPT.sms, KEPT)
    assert count() == [1, 1, 1]
    purge(database, conversations, NOON + KEPT.sms + SECOND, KEPT)
    assert count() == [0, 0, 0]


def known(database: Database) -> int:
    with database.begin() as session:
        return int(session.query(Person).count())


def test_people_are_kept_so_long_after_their_last_message(
    database: Database,
    events: Engine,
    conversations: SmsConversations,
    dispatcher: Dispatcher,
    clock: FakeClock,
    protocol: Protocol,
    enrolled: Enrolled,
) -> None:
    # The follow-up of the other one is to come: kept, however old the enrolment.
    enrol(database, protocol, request("0612345679", discharge="2027-12-09T16:00"), NOON)
    clock.move(days=21, hours=-2)
    dispatcher.tick()  # the last message
    say(events, enrolled.conversation_id, clock.now)
    assert purge(database, conversations, clock.now + KEPT.people, KEPT) == 0
    assert known(database) == 2
    assert purge(database, conversations, clock.now + KEPT.people + SECOND, KEPT) == 1
    assert known(database) == 1
    assert conversations.read(enrolled.conversation_id) == []


def test_who_once_raised_an_alarm_is_kept_no_longer(
    database: Database, events: Engine, conversations: SmsConversations
) -> None:
    conversation = people.remember(database, "+33612345678", NOON)  # enrolled by nobody
    say(events, conversation, NOON)
    assert purge(database, conversations, NOON + KEPT.people, KEPT) == 0
    assert purge(database, conversations, NOON + KEPT.people + SECOND, KEPT) == 1
    assert known(database) == 0
    assert conversations.read(conversation) == []


def test_the_conversation_of_a_follow_up_to_come_is_kept(
    database: Database, events: Engine, conversations: SmsConversations, protocol: Protocol
) -> None:
    late = request(discharge="2027-12-09T16:00")
    conversation = enrol(database, protocol, late, NOON).conversation_id
    say(events, conversation, NOON)
    purge(database, conversations, NOON + 2 * KEPT.people, KEPT)
    assert len(conversations.read(conversation)) == 1


@pytest.fixture
def held(database: Database, enrolled: Enrolled) -> Callable[[type], int]:
    """One who was followed up, raised an alarm and said STOP, at NOON; return what counts the
    rows of a table."""
    name = enrolled.conversation_id
    alerts.raise_alert(database, name, AlertKind.ALARM, NOON, "medecin", "j'ai 39")
    replies.stop(database, name, NOON)

    def count(table: type) -> int:
        with database.begin() as session:
            return int(session.query(table).count())

    return count


@pytest.mark.parametrize("table", [Person, Enrolment, Delivery, Consent, Alert])
def test_each_thing_about_a_person_is_kept_so_long(
    database: Database,
    conversations: SmsConversations,
    held: Callable[[type], int],
    table: type,
) -> None:
    purge(database, conversations, NOON + KEPT.people, KEPT)
    assert held(table) > 0
    purge(database, conversations, NOON + KEPT.people + SECOND, KEPT)
    assert held(table) == 0


def test_who_did_what_outlives_everything(
    database: Database, conversations: SmsConversations, held: Callable[[type], int]
) -> None:
    before = held(Audit)
    purge(database, conversations, NOON + 10 * KEPT.people, KEPT)
    assert held(Audit) == before + 1  # that it was erased


def test_a_wish_outlives_everything_but_its_end(
    database: Database,
    conversations: SmsConversations,
    held: Callable[[type], int],
    enrolled: Enrolled,
) -> None:
    assert replies.stop(database, STRANGER, NOON)
    purge(database, conversations, NOON + 10 * KEPT.people, KEPT)
    assert (held(Person), held(OptOut)) == (0, 2)
    assert not replies.stop(database, STRANGER, NOON)
    for conversation in (STRANGER, enrolled.conversation_id):
        replies.start(database, conversation, NOON)
    assert held(OptOut) == 0


def test_a_store_that_fails_keeps_nothing_in_the_others(
    database: Database, events: Engine, conversations: SmsConversations
) -> None:
    count = held_by_the_channel(database, NOON)
    people.remember(database, "+33612345678", NOON)
    with events.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE events RENAME COLUMN timestamp TO time")
    with pytest.raises(OperationalError, match="timestamp"):
        purge(database, conversations, NOON + 2 * KEPT.people, KEPT)
    assert (known(database), count()) == (0, [0, 0, 0])
    assert last_beat(database.engine, PURGE) is None  # it is seen from outside that it failed


def test_what_was_done_is_recorded_and_what_failed_is_not(
    database: Database,
    conversations: SmsConversations,
    dispatcher: Dispatcher,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jobs = Jobs(database, dispatcher, WorkerSettings(), conversations, clock)
    jobs.tick()
    jobs.purge()
    clock.move(seconds=60)
    monkeypatch.setattr(dispatcher, "tick", dict.popitem)  # raises: it is given nothing
    with pytest.raises(TypeError):
        jobs.tick()
    assert [last_beat(database.engine, name) for name in (TICK, PURGE)] == [NOON, NOON]
    jobs.purge()
    assert last_beat(database.engine, PURGE) == NOON + timedelta(seconds=60)


def test_the_worker_keeps_every_promise_by_its_clock(
    database: Database,
    events: Engine,
    conversations: SmsConversations,
    dispatcher: Dispatcher,
    clock: FakeClock,
) -> None:
    count = held_by_the_channel(database, NOON)
    people.remember(database, "+33612345678", NOON)
    for conversation in ("chat-a", STRANGER):
        say(events, conversation, NOON)
    jobs = Jobs(database, dispatcher, WorkerSettings(), conversations, clock)

    def held() -> tuple[int, int, int, list[int]]:
        chat, sms = (len(conversations.read(name)) for name in ("chat-a", STRANGER))
        return chat, sms, known(database), count()

    seen = []
    for days in (30, 60, 90):
        clock.now = NOON + timedelta(days=days)
        jobs.purge()
        seen.append(held())
        clock.move(seconds=1)
        jobs.purge()
        seen.append(held())
    everything, no_chat, nothing = (1, 1, 1, [1, 1, 1]), (0, 1, 1, [1, 1, 1]), (0, 0, 0, [0, 0, 0])
    assert seen == [everything, *[no_chat] * 4, nothing]


def test_the_settings_say_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    day = timedelta(days=1)
    assert read_retention() == Retention(web=30 * day, people=90 * day, sms=90 * day)
    shorter = {
        "CIMENTO_CHAT_KEEP_DAYS": "3",
        "CIMENTO_RETENTION_DAYS": "4",
        "CIMENTO_SMS_KEEP_DAYS": "5",
    }
    for name, value in shorter.items():
        monkeypatch.setenv(name, value)
    assert read_retention() == Retention(web=3 * day, people=4 * day, sms=5 * day)
    for name, value in shorter.items():
        monkeypatch.setenv(name, "0")
        with pytest.raises(SettingError, match=name):
            read_retention()
        monkeypatch.setenv(name, value)
