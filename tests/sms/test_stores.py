"""Once each, never twice: the small tables, with several writers at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import StatementError

from cimento.followup import people, replies
from cimento.sms.gateway import UncertainFailure
from cimento.sms.inbox import AGAIN_AFTER, INTERRUPTED_AFTER, Inbox
from cimento.sms.ledger import REPORTED_WITHIN, Ledger
from cimento.sms.providers.base import Inbound
from cimento.sms.tables import INBOUND, OUTBOUND, purge
from cimento.store.database import Database, open_database

NOW = datetime(2027, 3, 9, 11, tzinfo=timezone.utc)


WORDS = "j'ai 39 ce matin"
SECOND = timedelta(seconds=1)


def sms(id: str = "m1") -> Inbound:
    return Inbound(id, "+33612345678", WORDS)


def test_one_of_many_writers_takes_a_message(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sms.db'}"

    def take(writer: int) -> bool:
        inbox = Inbox(open_database(url).engine, "kannel", place=f"machine {writer}")
        return inbox.take(sms(), "sms-a") == "taken"

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(24))) == 1


def test_ids_of_two_providers_do_not_meet(engine: Engine) -> None:
    assert Inbox(engine, "kannel").take(sms("1"), "sms-a") == "taken"
    assert Inbox(engine, "twilio").take(sms("1"), "sms-a") == "taken"


def test_what_a_dead_boot_left_is_taken_up_at_once(engine: Engine) -> None:
    assert Inbox(engine, "kannel", "here").take(sms(), "sms-a", NOW) == "taken"
    reborn = Inbox(engine, "kannel", "here")
    assert reborn.take_up(now=NOW) == [sms()]
    assert reborn.take(sms(), "sms-a", NOW) == "under way"
    assert reborn.take_up({"m1"}, NOW) == []
    reborn.done("m1")
    assert reborn.take(sms(), "sms-a", NOW) == "done"
    assert Inbox(engine, "kannel", "here").take_up(now=NOW) == []


def test_what_another_machine_left_is_taken_up_in_its_time(engine: Engine) -> None:
    Inbox(engine, "kannel", "there").take(sms(), "sms-a", NOW)
    here = Inbox(engine, "kannel", "here")
    assert here.take(sms(), "sms-a", NOW + INTERRUPTED_AFTER) == "under way"
    assert here.take_up(now=NOW + INTERRUPTED_AFTER) == []
    assert here.take_up(now=NOW + INTERRUPTED_AFTER + SECOND) == [sms()]


def test_what_came_to_nothing_is_taken_again(engine: Engine) -> None:
    inbox = Inbox(engine, "kannel")
    inbox.take(sms(), "sms-a", NOW)
    inbox.give_back("m1")
    assert inbox.take(sms(), "sms-a", NOW) == "taken"  # repeated: at once
    inbox.give_back("m1")
    assert inbox.take_up(now=NOW + AGAIN_AFTER - SECOND) == []
    assert inbox.take_up(now=NOW + AGAIN_AFTER) == [sms()]


def test_what_is_ours_and_not_under_way_is_taken_up(engine: Engine) -> None:
    """Its end could not be recorded."""
    inbox = Inbox(engine, "kannel")
    inbox.take(sms(), "sms-a", NOW)
    assert inbox.take_up({"m1"}, NOW) == []
    assert inbox.take_up(set(), NOW) == [sms()]


def test_words_wait_encrypted_and_are_gone_when_answered(engine: Engine) -> None:
    inbox = Inbox(engine, "kannel")
    inbox.take(sms(), "sms-a", NOW)

    def kept() -> str:
        with engine.connect() as connection:
            return str(connection.execute(INBOUND.select()).all())

    assert WORDS not in kept()
    assert "612345678" not in kept()
    inbox.done("m1")
    with engine.connect() as connection:
        assert connection.execute(INBOUND.select()).one().content is None


def test_a_time_without_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="time zone"):
        Inbox(engine, "kannel").take(sms(), "sms-a", datetime(2027, 3, 9, 11))


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


def test_an_urgent_reference_that_was_cut_is_begun_again_when_no_report_has_come(
    engine: Engine,
) -> None:
    ledger = Ledger(engine)
    ledger.begin("r1")
    with pytest.raises(UncertainFailure):
        ledger.begin("r1", urgent=True)
    with engine.begin() as connection:
        long_ago = datetime.now(timezone.utc) - REPORTED_WITHIN - SECOND
        connection.execute(OUTBOUND.update().values(at=long_ago))
    with pytest.raises(UncertainFailure):
        ledger.begin("r1")
    assert ledger.begin("r1", urgent=True) is None
    with pytest.raises(UncertainFailure):
        ledger.begin("r1", urgent=True)


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
    assert replies.stop(database, "sms-a", NOW)
    assert not replies.stop(database, "sms-a", NOW)
    assert is_opted_out(database, "sms-a")
    assert not is_opted_out(database, "sms-b")
    replies.start(database, "sms-a", NOW)
    assert not is_opted_out(database, "sms-a")


def test_purging_keeps_wishes(database: Database) -> None:
    engine = database.engine
    replies.stop(database, "sms-a", NOW)
    Ledger(engine).begin("r1")
    Inbox(engine, "kannel").take(sms(), "sms-a")
    purge(engine, datetime.now(timezone.utc) + timedelta(seconds=1))
    assert Ledger(engine).state_of("r1") == "absent"
    assert Inbox(engine, "kannel").take(sms(), "sms-a") == "taken"
    assert is_opted_out(database, "sms-a")
