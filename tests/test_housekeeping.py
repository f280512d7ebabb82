"""The daily purge of the Rasa process: begun once, whatever the channels and the follow-ups."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from cimento.channels import housekeeping
from cimento.channels.chat.channel import ChatInput
from cimento.channels.housekeeping import keep_house
from cimento.channels.rest import CimentoRestInput
from cimento.channels.sms.channel import SmsInput
from cimento.settings.chat import ChatSettings
from cimento.settings.paths import ROOT
from cimento.settings.sms import SmsSettings
from cimento.store.database import open_database
from cimento.store.tracker_store import BoundedSQLTrackerStore, Judgement, Reason, Unanswered
from tests.sms.server import Assistant, Server

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of the follow-ups; they are off."""
    url = f"sqlite:///{tmp_path}/followup.db"
    monkeypatch.setenv("CIMENTO_DATABASE_URL", url)
    monkeypatch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")
    monkeypatch.delenv("CIMENTO_API_TOKEN", raising=False)
    return url


@pytest.fixture
def store(tmp_path: Path) -> BoundedSQLTrackerStore:
    domain = Domain.load(str(ROOT / "domain.yml"))
    return BoundedSQLTrackerStore(domain, url=f"sqlite:///{tmp_path}/conversations.db")


def app_with(store: object) -> Any:
    """Return the part of Sanic that the listener uses."""
    return SimpleNamespace(ctx=SimpleNamespace(agent=SimpleNamespace(tracker_store=store)))


async def purge_once(store: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin the daily task, and run it until it goes to sleep for a day."""

    class Asleep(Exception):
        pass

    async def sleep(seconds: float) -> None:
        if seconds == DAY:
            raise Asleep
        await forever  # the other task

    forever = asyncio.get_running_loop().create_future()
    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        await keep_house(app := app_with(store), asyncio.get_running_loop())
        with pytest.raises(Asleep):
            await app.ctx.housekeeping
        app.ctx.trimming.cancel()


async def test_what_is_too_old_goes_though_nobody_is_followed_up(
    store: BoundedSQLTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    for sender, days in (("chat-a", 31), ("chat-b", 29), ("sms-a", 91), ("sms-b", 31)):
        said = UserUttered("bonjour", timestamp=now - days * DAY)
        await store.save(DialogueStateTracker.from_events(sender, [said]))
    await purge_once(store, monkeypatch)
    assert sorted(await store.keys()) == ["chat-b", "sms-b"]


async def test_judgements_stay_and_name_nobody(
    store: BoundedSQLTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = UserUttered("bonjour", timestamp=time.time() - 1000 * DAY)
    await store.save(DialogueStateTracker.from_events("chat-a", [said]))
    store.judge("an answer", "driving", True)
    await purge_once(store, monkeypatch)
    assert await store.keys() == []
    assert store.conversations.asked.judgements() == [("driving", 1, 0)]
    assert set(Judgement.__table__.columns.keys()) == {"answer", "topic", "helpful"}
    assert set(Reason.__table__.columns.keys()) == {"answer", "topic", "reason"}


async def test_what_was_not_answered_is_counted_for_half_a_year(
    store: BoundedSQLTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, today = store.conversations.asked, date.today()
    for weeks in (0, 25, 27):
        asked.note("chat-a", ["work"], today - timedelta(weeks=weeks))
    await purge_once(store, monkeypatch)
    kept = asked.unanswered(date.min)
    assert len(kept) == 2 and min(week for _, week in kept) > today - timedelta(weeks=26)
    assert set(Unanswered.__table__.columns.keys()) == {"asked", "theme", "week"}


async def test_one_purge_for_all_channels(store: BoundedSQLTrackerStore) -> None:
    app, begun = app_with(store), set()
    for _ in range(3):
        await keep_house(app, asyncio.get_running_loop())
        begun |= {app.ctx.housekeeping, app.ctx.trimming}
    for task in begun:
        task.cancel()
    assert len(begun) == 2


async def test_what_is_too_much_goes_of_those_whom_nobody_knows(
    store: BoundedSQLTrackerStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CIMENTO_ALL_EVENTS", "1000")
    monkeypatch.setenv("CIMENTO_CONVERSATION_EVENTS", "400")
    for sender in ("sms-a", "chat-a", "chat-b"):
        events = [UserUttered("bonjour") for _ in range(500)]
        await store.save(DialogueStateTracker.from_events(sender, events))
    await asyncio.to_thread(housekeeping._trim, store.conversations)
    assert sorted(await store.keys()) == ["chat-b", "sms-a"]
    assert len(store.conversations.read("sms-a")) == 400
    assert "700 events" in caplog.text


async def test_a_failure_is_told_without_words(
    store: BoundedSQLTrackerStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CIMENTO_CHAT_KEEP_DAYS", "secret")
    await purge_once(store, monkeypatch)
    assert "SettingError" in caplog.text
    assert "secret" not in caplog.text


async def test_conversations_that_are_not_ours_are_left_alone() -> None:
    await keep_house(app := app_with(SimpleNamespace()), asyncio.get_running_loop())
    assert not hasattr(app.ctx, "housekeeping")


@pytest.mark.parametrize(
    "make",
    [
        lambda url: ChatInput(ChatSettings()),
        lambda url: SmsInput(SmsSettings(provider="console"), database=open_database(url)),
        lambda url: CimentoRestInput(),
    ],
)
def test_every_channel_keeps_house(
    store: BoundedSQLTrackerStore,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[str], Any],
) -> None:
    purged = threading.Event()
    monkeypatch.setattr(housekeeping, "_purge", lambda _: purged.set())
    assistant = Assistant()
    assistant.tracker_store = store
    with Server(make(url), assistant):
        assert purged.wait(20)
