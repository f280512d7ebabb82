"""An alarm is answered and told to the team whatever cannot be written, and told once."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from cimento.channels.sms.channel import SmsInput
from cimento.followup.alerts import read_alerts
from cimento.followup.listener import FollowUpListener
from cimento.followup.protocol import read_protocol
from cimento.followup.replies import Turn
from cimento.followup.spool import Spool
from cimento.ops.processes import free_port, wait_until
from cimento.sms import ledger
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import (
    Inbound,
    Provider,
    Received,
    Report,
    Route,
    UncertainFailure,
)
from cimento.sms.providers.kannel import KannelProvider
from cimento.store.database import Database, connect, open_database
from cimento.store.spool import SpoolFolder
from tests.disk import full
from tests.servers import PATIENCE
from tests.sms import kannel
from tests.sms.carriers import Carrier
from tests.sms.server import Server

NUMBER = "+33612345678"
ALARM = Turn(
    NUMBER, datetime(2027, 3, 9, tzinfo=timezone.utc), "j'ai 39", "medecin", "m1", ("fever",)
)


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Hold the write lock of the database, as a backup or a stuck process does."""
    other = connect(str(database.engine.url))
    with other.begin():
        yield


@pytest.mark.parametrize("broken", [locked, full])
def test_an_alarm_is_answered_though_nothing_can_be_written(
    database: Database, tmp_path: Path, broken: Any, caplog: pytest.LogCaptureFixture
) -> None:
    impatient = open_database(str(database.engine.url), patience=0.1)
    carrier = Carrier("kannel", free_port())
    settings = kannel.settings(carrier.port, f"{carrier.address}/cgi-bin/sendsms")
    spool = tmp_path / "spool"
    channel = SmsInput(
        settings,
        FollowUpListener(impatient, read_protocol(), Spool(SpoolFolder(spool))),
        impatient,
        KannelProvider(settings, Ledger(impatient.engine, SpoolFolder(spool))),
        every=0.1,
    )
    with Server(channel, port=carrier.port) as server:
        with broken(impatient):
            carrier.write(NUMBER, "m1", "j'ai 39 de fièvre, zorglub")
            carrier.write(NUMBER, "m2", "quand conduire ?")  # repeated until it can be stored
            wait_until(lambda: carrier.taken[NUMBER] == 1, PATIENCE)
            wait_until(lambda: bool(list(spool.glob("*.alert"))), PATIENCE)
            assert "zorglub" not in next(spool.glob("*.alert")).read_text()
            # Both have had an answer before it can be stored, and m2 a 503.
            wait_until(lambda: server.answered.count("/webhooks/sms/kannel") >= 2, PATIENCE)
        wait_until(lambda: carrier.taken[NUMBER] == 2, PATIENCE)
        wait_until(lambda: bool(read_alerts(database)), PATIENCE)
        wait_until(lambda: not list(spool.glob("*.alert")), PATIENCE)
        carrier.settle()
    (alert,) = read_alerts(database)
    assert (alert.number, alert.words) == (NUMBER, "j'ai 39 de fièvre, zorglub")
    assert carrier.taken[NUMBER] == 2
    assert server.answered.count("/webhooks/sms/kannel") >= 3
    carrier.stop()
    assert "zorglub" not in caplog.text
    assert "612345678" not in caplog.text


def test_the_spool_outlives_the_process(tmp_path: Path) -> None:
    Spool(SpoolFolder(tmp_path / "spool")).keep(ALARM)
    told: list[Turn] = []
    assert Spool(SpoolFolder(tmp_path / "spool")).drain(told.append) == 1
    assert told == [ALARM]
    assert Spool(SpoolFolder(tmp_path / "spool")).drain(told.append) == 0
    assert list((tmp_path / "spool").iterdir()) == []


def test_what_cannot_be_raised_waits(tmp_path: Path) -> None:
    spool = Spool(SpoolFolder(tmp_path / "spool"))
    spool.keep(ALARM)

    def refuse(_: Turn) -> None:
        raise OperationalError("", {}, Exception())

    with pytest.raises(OperationalError):
        spool.drain(refuse)
    assert spool.drain(lambda _: None) == 1


@pytest.mark.parametrize("folder", ["file", "open", "link"])
def test_a_spool_that_is_not_ours_alone_is_not_written(
    tmp_path: Path, folder: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "open").mkdir(mode=0o777)
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "private").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "private")
    spool = Spool(SpoolFolder(tmp_path / folder))
    spool.keep(ALARM)
    assert not list(tmp_path.rglob("*.alert"))
    assert "in memory alone" in caplog.text
    assert spool.drain(lambda _: None) == 1


def test_a_file_of_another_secret_is_told_of_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Spool(SpoolFolder(tmp_path)).keep(ALARM)
    monkeypatch.setenv("CIMENTO_SECRET", "another secret for tests, as long as the first")
    caplog.set_level(logging.ERROR)
    assert Spool(SpoolFolder(tmp_path)).drain(lambda _: None) == 0
    assert "not readable" in caplog.text
    assert len(list(tmp_path.glob("*.alert"))) == 1


def test_what_the_spool_writes_is_for_its_owner_alone(tmp_path: Path) -> None:
    Spool(SpoolFolder(tmp_path / "spool")).keep(ALARM)
    (file,) = (tmp_path / "spool").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert json.dumps(ALARM.text) not in file.read_text()


class Sending(Provider):
    """Takes everything, and counts."""

    name, inbound, sent = "sending", Route("GET", "/"), 0

    def read(self, received: Received) -> Inbound:
        return Inbound("m1", NUMBER, "bonjour")

    def _transmit(self, number: str, text: str, reference: str) -> str:
        self.sent += 1
        return f"id-{reference}"


def test_what_was_sent_and_not_recorded_is_not_sent_by_the_next_process(
    database: Database, tmp_path: Path
) -> None:
    folder = SpoolFolder(tmp_path / "spool")
    with locked(database):
        impatient = open_database(str(database.engine.url), patience=0.1).engine
        first = Sending(Ledger(impatient, folder))
        assert first.send(NUMBER, "Appelez", "r1", urgent=True) == "id-r1"
        with pytest.raises(OperationalError):
            first.send(NUMBER, "Bonjour", "r2")
    reborn = Sending(Ledger(database.engine, folder))
    assert reborn.send(NUMBER, "Appelez", "r1", urgent=True) == "id-r1"
    reborn.record_late()
    assert list((tmp_path / "spool").iterdir()) == []
    assert Ledger(database.engine, folder).begin("r1") == "id-r1"
    assert (first.sent, reborn.sent) == (1, 0)


def test_what_was_sent_and_recorded_is_not_sent_while_the_database_is_locked(
    database: Database, tmp_path: Path
) -> None:
    impatient = open_database(str(database.engine.url), patience=0.1).engine
    folder = SpoolFolder(tmp_path)
    provider, reborn = Sending(Ledger(impatient, folder)), Sending(Ledger(impatient, folder))
    provider.send(NUMBER, "Appelez", "r1", urgent=True)
    with locked(database):  # its conversation was not recorded as done, and is answered again
        assert provider.send(NUMBER, "Appelez", "r1", urgent=True) == "id-r1"
        assert reborn.send(NUMBER, "Appelez", "r1", urgent=True) == "id-r1"
    assert (provider.sent, reborn.sent) == (1, 0)


def test_what_this_process_sent_is_not_sent_again_while_the_database_is_gone(
    database: Database, tmp_path: Path
) -> None:
    provider = Sending(Ledger(database.engine, SpoolFolder(tmp_path)))
    provider.send(NUMBER, "Appelez", "r1", urgent=True)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE sms_outbound")
    assert provider.send(NUMBER, "Appelez", "r1", urgent=True) == "id-r1"
    assert provider.sent == 1


def test_what_was_cut_off_waits_for_its_report_while_the_database_is_locked(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = open_database(str(database.engine.url), patience=0.1).engine
    Ledger(impatient).begin("r1", urgent=True)
    reborn = Sending(Ledger(impatient, SpoolFolder(tmp_path)))
    with locked(database):
        with pytest.raises(UncertainFailure):
            reborn.send(NUMBER, "Appelez", "r1", urgent=True)
        monkeypatch.setattr(ledger, "REPORTED_WITHIN", timedelta(0))
        assert reborn.send(NUMBER, "Appelez", "r1", urgent=True) == "id-r1"


def test_a_report_of_what_was_not_recorded_keeps_it_from_being_sent(database: Database) -> None:
    provider = Sending(Ledger(database.engine))
    assert not provider.note(Report("r1", "delivered"))
    provider.send(NUMBER, "Appelez", "r1", urgent=True)
    assert provider.sent == 0
