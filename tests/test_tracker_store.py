"""Conversations read back: bounded, complete in the database, slots and form kept."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import SQLAlchemyError

from cimento.__main__ import main
from cimento.ops.backup.stores import stores
from cimento.settings.concern import SettingError
from cimento.settings.paths import ROOT
from cimento.sms.numbers import international
from cimento.store.conversations import open_conversations
from cimento.store.tracker_store import BoundedSQLTrackerStore
from cimento.store.vault import conversation_id
from tests.followup.typed import NUMBER, about

MAX_TURNS = 4


@pytest.fixture
def store(tmp_path: Path) -> BoundedSQLTrackerStore:
    domain = Domain.load(str(ROOT / "domain.yml"))
    return BoundedSQLTrackerStore(
        domain, url=f"sqlite:///{tmp_path}/new/folder.db", max_turns=MAX_TURNS
    )


async def talk(
    store: BoundedSQLTrackerStore, turns: int, first: int = 0, sender: str = "x"
) -> None:
    for number in range(first, first + turns):
        tracker = await store.get_or_create_tracker(sender)
        if number == 0:
            tracker.update(ActionExecuted("action_session_start"))
            tracker.update(SessionStarted())
            tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(f"message {number}"))
        if number == 1:
            tracker.update(SlotSet("moment", "after"))
            tracker.update(ActiveLoop("symptom_form"))
        tracker.update(BotUttered(f"answer {number}"))
        tracker.update(ActionExecuted("action_listen"))
        await store.save(tracker)


def texts(tracker: DialogueStateTracker | None) -> list[str]:
    assert tracker is not None
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_a_new_sender_has_no_tracker(store: BoundedSQLTrackerStore) -> None:
    assert await store.retrieve("nobody") is None


async def test_a_short_conversation_is_read_whole(store: BoundedSQLTrackerStore) -> None:
    await talk(store, MAX_TURNS - 1)
    assert texts(await store.retrieve("x")) == [f"message {n}" for n in range(MAX_TURNS - 1)]


async def test_a_long_conversation_is_read_from_its_end(store: BoundedSQLTrackerStore) -> None:
    await talk(store, 30)
    assert texts(await store.retrieve("x")) == [f"message {n}" for n in range(26, 30)]


async def test_nothing_is_lost_or_doubled_in_the_database(store: BoundedSQLTrackerStore) -> None:
    await talk(store, 30)
    assert texts(await store.retrieve_full_tracker("x")) == [f"message {n}" for n in range(30)]


async def test_slots_and_form_survive_the_bound(store: BoundedSQLTrackerStore) -> None:
    await talk(store, 30)
    tracker = await store.retrieve("x")
    assert tracker is not None
    assert tracker.get_slot("moment") == "after"
    assert tracker.active_loop_name == "symptom_form"


async def test_saving_twice_adds_nothing(store: BoundedSQLTrackerStore) -> None:
    await talk(store, 10)
    tracker = await store.retrieve("x")
    assert tracker is not None
    await store.save(tracker)
    await store.save(tracker)
    assert len(texts(await store.retrieve_full_tracker("x"))) == 10


async def test_a_forgotten_conversation_leaves_nothing(store: BoundedSQLTrackerStore) -> None:
    await talk(store, 10)
    await talk(store, 2, sender="y")
    store.conversations.erase("x")
    assert await store.retrieve_full_tracker("x") is None
    assert len(texts(await store.retrieve("y"))) == 2


async def test_old_conversations_are_purged_whole_and_others_kept(
    store: BoundedSQLTrackerStore,
) -> None:
    for sender in ("old", "spared", "resumed"):
        await talk(store, 3, sender=sender)
    limit = time.time()
    await talk(store, 1, first=3, sender="resumed")
    assert store.conversations.purge(limit, lambda id_: id_ != "spared") == 1
    assert await store.retrieve_full_tracker("old") is None
    assert len(texts(await store.retrieve_full_tracker("spared"))) == 3
    assert len(texts(await store.retrieve_full_tracker("resumed"))) == 4


async def test_a_conversation_that_goes_on_during_the_purge_is_kept(
    store: BoundedSQLTrackerStore,
) -> None:
    await talk(store, 3)
    limit = time.time()
    tracker = await store.get_or_create_tracker("x")

    def choose(_: str) -> bool:
        tracker.update(UserUttered("just now"))
        asyncio.run(store.save(tracker))
        return True

    assert await asyncio.to_thread(store.conversations.purge, limit, choose) == 0
    assert texts(await store.retrieve_full_tracker("x"))[-1] == "just now"


async def test_a_conversation_is_read_without_rasa(store: BoundedSQLTrackerStore) -> None:
    await talk(store, 2)
    events = store.conversations.read("x")
    assert [event["text"] for event in events if event["event"] == "user"] == [
        "message 0",
        "message 1",
    ]
    assert store.conversations.read("nobody") == []


def test_judgements_are_counted_by_topic(store: BoundedSQLTrackerStore) -> None:
    for answer, topic, helpful in (
        ("1", "driving", True),
        ("2", "driving", False),
        ("2", "driving", True),  # the patient thought better of it
        ("3", "rest", False),
    ):
        store.judge(answer, topic, helpful)
    assert store.conversations.asked.judgements() == [("driving", 2, 0), ("rest", 0, 1)]


def test_why_answers_did_not_help_is_counted_by_topic(store: BoundedSQLTrackerStore) -> None:
    store.judge("1", "driving", False, "hard")
    store.judge("1", "driving", False, "partial")  # the last reason is kept
    store.judge("2", "driving", False, "partial")
    store.judge("3", "driving", False, "off")
    store.judge("3", "driving", True)  # it helped after all
    assert store.conversations.asked.reasons() == [("driving", "partial", 2)]


async def test_one_setting_says_to_all_where_conversations_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/talk.db"
    monkeypatch.setenv("CIMENTO_CONVERSATIONS_URL", url)
    monkeypatch.setenv("CIMENTO_DATABASE_URL", f"sqlite:///{tmp_path}/followup.db")
    monkeypatch.setenv("CIMENTO_QUEUE_URL", f"sqlite:///{tmp_path}/queue.db")
    options = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))["tracker_store"]
    assert options.pop("type").endswith(BoundedSQLTrackerStore.__name__)
    domain = Domain.load(str(ROOT / "domain.yml"))
    patient = conversation_id(international(NUMBER))
    store = BoundedSQLTrackerStore(domain, host=None, **options)
    await talk(store, 1, sender=patient)
    store.judge("answer", "driving", True)
    assert main(["feedback"]) == 0
    assert "driving" in capsys.readouterr().out
    assert str(stores()["conversations"].place) == str(tmp_path / "talk.db")
    assert about(NUMBER, "forget") == 0
    assert "is erased" in capsys.readouterr().out
    assert open_conversations().read(patient) == []


@pytest.mark.parametrize("elsewhere", [{"db": "other.db"}, {"host": "db.hospital.example"}])
def test_a_database_that_endpoints_would_name_is_refused(elsewhere: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="CIMENTO_CONVERSATIONS_URL alone"):
        BoundedSQLTrackerStore(Domain.empty(), **elsewhere)


async def test_a_database_that_comes_late_gets_its_tables(tmp_path: Path) -> None:
    away = tmp_path / "late.db"
    away.mkdir()  # no database can be there
    domain = Domain.load(str(ROOT / "domain.yml"))
    store = BoundedSQLTrackerStore(domain, url=f"sqlite:///{away}")
    with pytest.raises(SQLAlchemyError):
        await store.retrieve("x")
    away.rmdir()
    await talk(store, 1)
    assert texts(await store.retrieve("x")) == ["message 0"]
