"""What is held about a number can be given, and erased. For how long: see test_retention."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cimento.followup import alerts, audit, people
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, enrol
from cimento.followup.erasure import ErasureRefused, export, forget
from cimento.followup.models import AlertKind
from cimento.followup.protocol import Protocol
from cimento.sms.numbers import NumberRefused
from cimento.store.base import Base
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FakeClock


@pytest.fixture
def conversations(tmp_path: Path, enrolled: Enrolled) -> SqlConversations:
    """Two conversations as Rasa's tracker store keeps them, one of them the patient's."""
    url = f"sqlite:///{tmp_path}/conversations.db"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), data TEXT)"
        )
        for sender in (enrolled.conversation_id, "sms-another", enrolled.conversation_id):
            data = json.dumps({"event": "user", "text": "j'ai mal"})
            connection.exec_driver_sql(
                "INSERT INTO events (sender_id, data) VALUES (?, ?)", (sender, data)
            )
    return SqlConversations(connect(url))


def rows(database: Database) -> Counter[str]:
    with database.engine.connect() as connection:
        return Counter(
            {
                table.name: connection.execute(
                    sa.select(sa.func.count()).select_from(table)
                ).scalar()
                for table in Base.metadata.sorted_tables
                if table.name != "audit"  # names nobody, and stays
            }
        )


def test_export_gives_all(
    database: Database, conversations: SqlConversations, protocol: Protocol, enrolled: Enrolled
) -> None:
    words = "j'ai 39"
    alerts.raise_alert(database, enrolled.conversation_id, AlertKind.ALARM, NOON, "medecin", words)
    held = json.loads(json.dumps(export(database, conversations, protocol, "06 12 34 56 78")))
    assert held["number"] == "+33612345678"
    assert len(held["conversation"]) == 2
    assert held["alerts"][0]["words"] == words
    assert held["consents"][0]["recorded_by"] == "Mme Durand"
    assert {message["step"] for message in held["messages"]} >= {"day_1", "day_3"}
    assert held["messages"][0]["text"].startswith("CHU")


def test_forget_erases_all_of_one_person(
    database: Database, conversations: SqlConversations, protocol: Protocol, enrolled: Enrolled
) -> None:
    alerts.raise_alert(database, enrolled.conversation_id, AlertKind.HUMAN, NOON)
    before = rows(database)
    other = enrol(database, protocol, request("0612345679"), NOON)
    alerts.acknowledge(database, 1, "Dr Martin", NOON)
    assert forget(database, conversations, "+33612345678", "Mme Roy", NOON)
    assert rows(database) == before - Counter(alert=1)  # only the other one's are left
    assert conversations.read(enrolled.conversation_id) == []
    assert len(conversations.read("sms-another")) == 1
    assert not forget(database, conversations, "+33612345678", "Mme Roy", NOON)
    with database.begin() as session:
        assert people.lock(session, other.conversation_id)


def test_what_nobody_has_read_is_not_erased_unless_told(
    database: Database, conversations: SqlConversations, enrolled: Enrolled
) -> None:
    alerts.raise_alert(database, enrolled.conversation_id, AlertKind.ALARM, NOON, "urgence")
    before = rows(database)
    with pytest.raises(ErasureRefused, match="Alerts 1 about"):
        forget(database, conversations, "0612345678", "Mme Roy", NOON)
    assert rows(database) == before
    assert len(conversations.read(enrolled.conversation_id)) == 2
    assert forget(database, conversations, "0612345678", "Mme Roy", NOON, even_open=True)
    assert sum(rows(database).values()) == 0
    assert conversations.read(enrolled.conversation_id) == []
    trail = [(entry.actor, entry.action) for entry in audit.read(database)]
    assert trail == [("Mme Durand", "enrol"), ("Mme Roy", "erase even open")]


def test_forget_in_the_middle_of_a_sending(
    database: Database,
    conversations: SqlConversations,
    dispatcher: Dispatcher,
    clock: FakeClock,
    enrolled: Enrolled,
) -> None:
    store, now = dispatcher._deliveries, NOON + timedelta(hours=4)
    claim = store.claim(store.due(now, 1)[0], now)
    assert claim
    forget(database, conversations, "0612345678", "Mme Roy", NOON)
    store.record_sent(claim, "id", now)
    clock.now = now
    assert dispatcher.tick() == {}
    assert sum(rows(database).values()) == 0


def test_a_wrong_number_is_refused(
    database: Database, conversations: SqlConversations, protocol: Protocol
) -> None:
    with pytest.raises(NumberRefused):
        export(database, conversations, protocol, "15")
    with pytest.raises(NumberRefused):
        forget(database, conversations, "15", "Mme Roy", NOON)


def test_without_conversations_there_is_nothing_to_erase(
    database: Database, tmp_path: Path, enrolled: Enrolled
) -> None:
    none = SqlConversations(connect(f"sqlite:///{tmp_path}/none.db"))
    assert none.read("sms-x") == []
    assert forget(database, none, "0612345678", "Mme Roy", NOON)
