"""Conversations through the simulated phone, while something fails: none is silent."""

import json
import logging
import socket

import pytest
from sqlalchemy.engine import Engine

from cimento.channels.sms.channel import SmsInput
from cimento.followup import people
from cimento.followup.replies import Turn
from cimento.ops.processes import wait_until
from cimento.settings.servers import ServerSettings
from cimento.settings.sms import SmsSettings
from cimento.sms.inbox import Inbox
from cimento.sms.providers.base import Inbound
from cimento.store.base import Base
from cimento.store.database import Database
from cimento.store.vault import conversation_id
from tests.servers import PATIENCE
from tests.sms.phone import NUMBER, post, say
from tests.sms.server import Hearing, Server


def test_a_failing_assistant_is_not_silent(
    console: Server, caplog: pytest.LogCaptureFixture
) -> None:
    console.assistant.fails = True
    (sms,) = say(console, "mot secret")
    assert "je ne peux pas répondre pour le moment" in sms
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_an_alarm_told_to_a_failing_assistant_reaches_the_team(
    console: Server, hearing: Hearing
) -> None:
    console.assistant.fails = True
    say(console, "j'ai 39 de fièvre")
    assert hearing.alarms == [("j'ai 39 de fièvre", "medecin")]


def test_a_slow_assistant_is_not_silent(database: Database) -> None:
    with Server(
        SmsInput(SmsSettings(provider="console", turn_seconds=1), database=database)
    ) as server:
        server.assistant.may_answer.clear()
        (sms,) = say(server, "bonjour")
    assert "je ne peux pas répondre pour le moment" in sms


def test_a_listener_that_fails_changes_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Hearing):
        def told(self, turn: Turn) -> None:
            raise ValueError(turn.text)

    with Server(
        SmsInput(SmsSettings(provider="console"), listener=Broken(), database=database)
    ) as server:
        assert len(say(server, "j'ai 39, mot secret")) == 1
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_neither_numbers_nor_texts_reach_logs_or_the_database(
    console: Server, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="channels")
    say(console, "mon mot secret")
    say(console, "mon mot secret", "+447700900123")
    say(console, "STOP secret j'ai 39")
    kept = caplog.text
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            kept += str(connection.execute(table.select()).all())
    for private in ("secret", "612345678", "7700900123", "premières"):
        assert private not in kept


def test_a_database_that_fails_asks_for_a_repetition(console: Server, engine: Engine) -> None:
    Base.metadata.drop_all(engine)
    message = {"from": NUMBER, "text": "bonjour", "id": "m1"}
    assert post(console, json.dumps(message).encode())[0] == 503
    Base.metadata.create_all(engine)
    assert len(say(console, "bonjour", id="m1")) == 1


def test_those_who_opted_out_are_known_to_others(console: Server, database: Database) -> None:
    say(console, "STOP")
    with database.begin() as session:
        assert people.is_opted_out(session, conversation_id(NUMBER))


def test_a_broken_off_request_does_not_stop_the_answer(console: Server) -> None:
    console.assistant.may_answer.clear()
    body = json.dumps({"from": NUMBER, "text": "bonjour", "id": "m1"}).encode()
    head = "POST /webhooks/sms/console HTTP/1.1\r\nHost: localhost\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", console.port)) as connection:
        connection.sendall(head.encode() + body)
        wait_until(lambda: bool(console.assistant.heard), PATIENCE)
    # The provider heard nothing and repeats: the turn is under way, then done.
    console.let_answer()
    wait_until(lambda: bool(say(console, "bonjour", id="m1")), PATIENCE)
    assert len(say(console, "bonjour", id="m1")) == 1
    assert len(console.assistant.heard) == 1


def test_what_was_left_is_answered_at_the_start(database: Database) -> None:
    message = Inbound("m1", "0612345678", "j'ai 39 de fièvre")
    place = f"{socket.gethostname()}:{ServerSettings.read().port}"  # a boot before this one
    Inbox(database.engine, "console", place).take(message, conversation_id(NUMBER))
    with Server(
        SmsInput(SmsSettings(provider="console"), listener=Hearing(), database=database)
    ) as server:
        wait_until(lambda: bool(server.assistant.heard), PATIENCE)
        assert len(say(server, "et encore ?")) == 1  # after it
        assert server.assistant.heard[0][1] == "j'ai 39 de fièvre"


def test_a_repetition_of_what_is_under_way_elsewhere_is_asked_for_again(
    console: Server, engine: Engine
) -> None:
    message = {"from": NUMBER, "text": "bonjour", "id": "m1"}
    Inbox(engine, "console", "elsewhere").take(
        Inbound("m1", NUMBER, "bonjour"), conversation_id(NUMBER)
    )
    assert post(console, json.dumps(message).encode())[0] == 503
    assert console.assistant.heard == []
