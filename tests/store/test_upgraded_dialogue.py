"""An SMS dialogue that goes on over a database of the first release, upgraded."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from cimento.channels.sms.channel import SmsInput
from cimento.followup import erasure, people
from cimento.settings.sms import SmsSettings
from cimento.sms.gateway import UncertainFailure
from cimento.sms.inbox import Inbox
from cimento.sms.ledger import Ledger
from cimento.sms.tables import purge
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect, open_database, upgrade
from cimento.store.vault import conversation_id
from tests.servers import PATIENCE
from tests.sms.server import ANSWER, Hearing, Server
from tests.store.databases import make_first_release, rows

NUMBER, STOPPED = "+33612345678", "+33698765432"
BEGUN = datetime(2026, 3, 10, 10, tzinfo=timezone.utc)
SECONDS = 1773136801.25  # when the first release's answer arrived


@pytest.fixture
def database(url: str) -> Database:
    make_first_release(url, "followup", "sms")
    upgrade(connect(url))
    return open_database(url)


@pytest.fixture
def server(database: Database) -> Iterator[Server]:
    with Server(
        SmsInput(SmsSettings(provider="console"), listener=Hearing(), database=database)
    ) as running:
        yield running


def say(server: Server, id: str, number: str = NUMBER) -> list[dict[str, Any]]:
    """Send one SMS; return the SMS that answer it."""
    message = {"from": number, "text": "quand conduire ?", "id": id}
    reply = requests.post(f"{server.url}/webhooks/sms/console", json=message, timeout=PATIENCE)
    assert reply.status_code == 200
    messages: list[dict[str, Any]] = reply.json()["messages"]
    return messages


def test_a_message_answered_before_is_not_answered_again(server: Server) -> None:
    (shown,) = say(server, "m1")
    assert (shown["id"], shown["at"]) == (1, SECONDS)
    assert shown["text"].endswith(ANSWER)
    assert server.assistant.heard == []


def test_a_message_that_a_crash_interrupted_is_answered(server: Server) -> None:
    assert len(say(server, "m2")) == 1
    assert len(server.assistant.heard) == 1


def test_the_phone_shows_old_and_new(server: Server) -> None:
    before = datetime.now(timezone.utc).timestamp()
    (new,) = say(server, "m3")
    assert isinstance(new["at"], float)
    assert before <= new["at"] <= datetime.now(timezone.utc).timestamp()
    url = f"{server.url}/webhooks/sms/console?from=0612345678&after=0"
    shown = requests.get(url, timeout=PATIENCE).json()["messages"]
    assert [(message["id"], message["at"]) for message in shown] == [(1, SECONDS), (3, new["at"])]


def test_who_said_stop_is_still_known(database: Database) -> None:
    with database.begin() as session:
        assert people.is_opted_out(session, conversation_id(STOPPED))
        assert not people.is_opted_out(session, conversation_id(NUMBER))


def test_messages_of_before_are_counted_and_kept_as_long(database: Database) -> None:
    inbox, ledger = Inbox(database.engine, "console"), Ledger(database.engine)
    name = conversation_id(NUMBER)
    assert inbox.count_since(name, BEGUN + timedelta(seconds=0.25)) == 2
    assert inbox.count_since(name, BEGUN + timedelta(seconds=0.250001)) == 1
    assert ledger.begin("reply-m1-0") == "1"
    assert ledger.state_of("e1-day_7") == "absent"
    with pytest.raises(UncertainFailure):
        ledger.begin("e1-day_1")
    purge(database.engine, BEGUN + timedelta(seconds=2))
    assert inbox.count_since(name, BEGUN) == 1  # m2
    assert ledger.state("reply-m1-0") is None


def test_what_came_before_is_erased_on_demand(database: Database) -> None:
    url = str(database.engine.url)
    none = SqlConversations(connect(url))  # Rasa never wrote here
    held = erasure.SmsConversations(none, database.engine)
    erasure.forget(database, held, NUMBER, "Mme Roy", BEGUN, even_open=True)
    left = rows(url, "person", "sms_inbound", "sms_phone")
    assert conversation_id(NUMBER) not in str(left)
    assert all(left.values())
