"""Once each, never twice: the small tables, with several writers at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import StatementError

from cimento.followup import people
from cimento.sms.gateway import UncertainFailure
from cimento.sms.ledger import Ledger
from cimento.sms.seen import INTERRUPTED_AFTER, Seen
from cimento.sms.tables import purge
from cimento.store.database import Database, open_database

NOW = datetime(2027, 3, 9, 11, tzinfo=timezone.utc)


def test_one_of_many_writers_claims_a_message(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sms.db'}"

    def claim(_: int) -> bool:
        return Seen(open_database(url), "kannel").claim("m1", "sms-a")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(24))) == 1


def test_ids_of_two_providers_do_not_meet(engine: Engine) -> None:
    assert Seen(engine, "kannel").claim("1", "sms-a")
    assert Seen(engine, "twilio").claim("1", "sms-a")


def test_an_interrupted_message_is_handled_when_repeated_later(engine: Engine) -> None:
    seen, now = Seen(engine, "kannel"), datetime(2027, 3, 9, 11, tzinfo=timezone.utc)
    second = timedelta(seconds=1)
    assert seen.claim("m1", "sms-a", now)
    assert not seen.claim("m1", "sms-a", now + INTERRUPTED_AFTER - second)
    assert seen.claim("m1", "sms-a", now + INTERRUPTED_AFTER + second)
    seen.done("m1")
    assert not seen.claim("m1", "sms-a", now + 10 * INTERRUPTED_AFTER)


def test_a_time_without_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="time zone"):
        Seen(engine, "kannel").claim("m1", "sms-a", datetime(2027, 3, 9, 11))


def test_a_released_message_is_handled_at_once(engine: Engine) -> None:
    seen = Seen(engine, "kannel")
    assert seen.claim("m1", "sms-a")
    seen.release("m1")
    assert seen.claim("m1", "sms-a")


def test_a_reference_is_begun_once(engine: Engine) -> None:
    ledger = Ledger(engine)
    assert ledger.state_of("r1") == "absent"
    assert ledger.begin("r1") is None
    assert ledger.state_of("r1") == "unknown"
    with pytest.raises(UncertainFailure):
        ledger.begin("r1")
    ledger.record("r1", "accepted", "SM1")
    assert ledger.state_of("r1") == "sent"
    assert ledger.begin("r1") == "SM1"


def test_a_refused_reference_may_be_sent_again(engine: Engine) -> None:
    ledger = Ledger(engine)
    ledger.begin("r1")
    ledger.record("r1", "refused")
    assert ledger.state_of("r1") == "absent"
    assert ledger.begin("r1") is None


def test_a_late_report_does_not_undo_the_last_word(engine: Engine) -> None:
    ledger = Ledger(engine)
    ledger.begin("r1")
    assert ledger.record("r1", "delivered")
    assert not ledger.record("r1", "accepted", "SM1")
    assert ledger.state("r1") == "delivered"
    assert not ledger.record("never begun", "delivered")


def is_opted_out(database: Database, conversation: str) -> bool:
    with database.begin() as session:
        return people.is_opted_out(session, conversation)


def test_a_wish_is_kept_until_its_contrary(database: Database) -> None:
    assert people.record_stop(database, "sms-a", NOW)
    assert not people.record_stop(database, "sms-a", NOW)
    assert is_opted_out(database, "sms-a")
    assert not is_opted_out(database, "sms-b")
    people.record_start(database, "sms-a", NOW)
    assert not is_opted_out(database, "sms-a")


def test_purging_keeps_wishes(database: Database) -> None:
    engine = database.engine
    people.record_stop(database, "sms-a", NOW)
    Ledger(engine).begin("r1")
    Seen(engine, "kannel").claim("m1", "sms-a")
    purge(engine, datetime.now(timezone.utc) + timedelta(seconds=1))
    assert Ledger(engine).state_of("r1") == "absent"
    assert Seen(engine, "kannel").claim("m1", "sms-a")
    assert is_opted_out(database, "sms-a")
