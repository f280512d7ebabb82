"""What lies on the disk tells nothing, what is erased is gone, and a store that fails says nothing."""

import asyncio
import json
import logging
import shutil
import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from cimento.followup import audit, erasure, people
from cimento.settings.paths import ROOT
from cimento.store.conversations import SqlConversations
from cimento.store.database import connect, open_database
from cimento.store.tracker_store import BoundedSQLTrackerStore
from cimento.store.vault import VaultError

NUMBER, WORDS, SENDER = "+33612345678", "zorglub a 39 de fièvre", "chat-zorglub"
NOW = datetime(2027, 3, 9, 11, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def store(tmp_path: Path, domain: Domain) -> BoundedSQLTrackerStore:
    return BoundedSQLTrackerStore(domain, url=f"sqlite:///{tmp_path}/conversations.db")


def said(sender: str = SENDER, *words: str) -> DialogueStateTracker:
    parsed = {"intent": {"name": "fever"}, "entities": []}
    events = [UserUttered(text, parse_data=parsed) for text in words or (WORDS,)]
    return DialogueStateTracker.from_events(sender, [*events, SlotSet("moment", "after")])


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_a_stolen_file_tells_neither_words_nor_what_was_understood(
    store: BoundedSQLTrackerStore, tmp_path: Path
) -> None:
    await store.save(said())
    stolen = on_disk(tmp_path)
    assert SENDER.encode() in stolen
    assert b"39 de" not in stolen
    assert b"fever" not in stolen
    tracker = await store.retrieve(SENDER)
    assert tracker is not None
    assert tracker.latest_message is not None
    assert (tracker.latest_message.text, tracker.get_slot("moment")) == (WORDS, "after")
    (first, _) = store.conversations.read(SENDER)
    assert first["text"] == WORDS


async def test_what_an_older_release_stored_is_still_read(store: BoundedSQLTrackerStore) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO events (sender_id, type_name, data) VALUES ('x', 'user', ?)",
            (json.dumps(UserUttered("bonjour").as_dict()),),
        )
    tracker = await store.retrieve("x")
    assert tracker is not None
    assert tracker.latest_message is not None
    assert tracker.latest_message.text == "bonjour"
    assert store.conversations.read("x")[0]["text"] == "bonjour"


async def test_with_another_secret_nothing_is_read_and_it_is_said(
    store: BoundedSQLTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.save(said())
    monkeypatch.setenv("CIMENTO_SECRET", "another secret for tests, as long as the first")
    with pytest.raises(VaultError, match="CIMENTO_SECRET"):
        store.conversations.read(SENDER)


async def test_an_erased_conversation_is_in_no_file(
    store: BoundedSQLTrackerStore, tmp_path: Path
) -> None:
    await store.save(said())
    with store.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT data FROM events").scalars().first()
    assert kept.encode()[:200] in on_disk(tmp_path)
    store.conversations.erase(SENDER)
    left = on_disk(tmp_path)
    assert kept.encode()[:200] not in left
    assert SENDER.encode() not in left


def test_an_erased_person_is_in_no_file(tmp_path: Path, empty_database: Path) -> None:
    shutil.copy(empty_database, tmp_path / "followup.db")
    database = open_database(f"sqlite:///{tmp_path / 'followup.db'}")
    conversation = people.remember(database, NUMBER, NOW)
    with database.engine.connect() as connection:
        encrypted = connection.exec_driver_sql("SELECT number FROM person").scalar_one()
    assert encrypted.encode() in on_disk(tmp_path)
    nothing = SqlConversations(connect(f"sqlite:///{tmp_path}/none.db"))
    assert erasure.forget(database, nothing, NUMBER, "Mme Roy", NOW)
    assert encrypted.encode() not in on_disk(tmp_path)
    # Its name, which tells the number to nobody, stays where it is written that it was erased.
    assert [entry.about for entry in audit.read(database)] == [conversation]


def test_erasing_overwrites_however_sqlite_was_built(
    store: BoundedSQLTrackerStore, tmp_path: Path
) -> None:
    for engine in (store.engine, connect(f"sqlite:///{tmp_path}/other.db")):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


async def test_a_turn_that_cannot_be_stored_is_nowhere(
    store: BoundedSQLTrackerStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE events")
    safe = FailSafeTrackerStore(store)  # as Rasa wraps it
    await safe.save(said())
    assert await safe.retrieve(SENDER) is None
    assert list(await safe.fallback_tracker_store.keys()) == []
    assert "could not be stored: OperationalError" in caplog.text
    ours = "\n".join(record.getMessage() for record in caplog.records if record.levelno > 10)
    for private in ("39", "zorglub", "fever"):
        assert private not in ours


async def test_a_failing_statement_hides_its_values(store: BoundedSQLTrackerStore) -> None:
    with store.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as error:
        connection.execute(sa.text("INSERT INTO nowhere VALUES (:words)"), {"words": WORDS})
    assert "zorglub" not in str(error.value)


async def test_a_locked_database_holds_nobody_else_up(
    store: BoundedSQLTrackerStore, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "conversations.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    saving = asyncio.ensure_future(store.save(said()))
    # The loop turns on; where it is held up, the save gives up before the lock is let go.
    await asyncio.wait({saving}, timeout=0)
    other.close()
    await saving
    assert await store.retrieve(SENDER) is not None


async def test_no_conversation_and_no_crowd_fills_the_disk(store: BoundedSQLTrackerStore) -> None:
    for sender in ("chat-first", "sms-patient", "chat-second", "chat-last"):
        await store.save(said(sender, *(f"message {n}" for n in range(9))))
    resumed = await store.retrieve("chat-first")  # no more the one silent for longest
    assert resumed is not None
    resumed.update(UserUttered("again"))
    await store.save(resumed)
    kept = store.conversations

    def anonymous(conversation: str) -> bool:
        return not conversation.startswith("sms-")

    assert kept.trim(100, 100, anonymous) == 0
    assert kept.trim(10, 100, anonymous) == 1
    assert kept.read("chat-first")[0]["text"] == "message 1"
    assert kept.read("chat-first")[-1]["text"] == "again"
    assert kept.trim(10, 25, anonymous) == 20
    assert sorted(await store.keys()) == ["chat-first", "sms-patient"]
    assert kept.trim(10, 5, anonymous) == 10
    assert await store.keys() == ["sms-patient"]
