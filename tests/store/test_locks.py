"""One message of a conversation at a time, in their order, whichever server they come to."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import AsyncExitStack

import pytest
import yaml
from rasa.core.lock_store import LockStore
from rasa.utils.endpoints import EndpointConfig

from cimento.ops.processes import free_port
from cimento.settings.paths import ROOT
from cimento.store import locks as module
from cimento.store.locks import ConversationLocks
from tests.followup.services import Postgres
from tests.servers import ENVIRONMENT, PATIENCE

LONG = 60.0  # seconds: nothing that is waited for here takes as long
HOLD = """
import asyncio, signal, sys
from cimento.store.advisory import AdvisoryLocks
held = asyncio.run(AdvisoryLocks(sys.argv[1], 60.0).acquire(int(sys.argv[2])))
print("held", flush=True)
signal.pause()
"""


@pytest.fixture(params=["one process", pytest.param("two processes", marks=pytest.mark.slow)])
def servers(request: pytest.FixtureRequest) -> tuple[ConversationLocks, ConversationLocks]:
    """The lock stores of two servers, which are the same when there is one."""
    if request.param == "one process":
        alone = ConversationLocks(url="sqlite:///any.db", patience=LONG)
        return alone, alone
    url = request.getfixturevalue("postgres_server").new_database()
    return ConversationLocks(url=url, patience=LONG), ConversationLocks(url=url, patience=LONG)


class Turns:
    """What happens in a conversation, and who is let go on."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.inside = 0
        self.begun = asyncio.Event()

    async def take(self, store: ConversationLocks, name: str, until: asyncio.Event) -> None:
        async with store.lock("conversation"):
            self.inside += 1
            assert self.inside == 1, "two turns at once"
            self.seen.append(f"{name} starts")
            self.begun.set()
            await until.wait()
            self.seen.append(f"{name} ends")
            self.inside -= 1


def free() -> asyncio.Event:
    """Return what lets a turn go on at once."""
    event = asyncio.Event()
    event.set()
    return event


async def begin(store: ConversationLocks) -> tuple[Turns, asyncio.Event, "asyncio.Task[None]"]:
    """Return a conversation whose first turn holds the lock, what lets it go on, and its task."""
    turns, first = Turns(), asyncio.Event()
    begun = asyncio.create_task(turns.take(store, "first", first))
    await asyncio.wait_for(turns.begun.wait(), PATIENCE)
    return turns, first, begun


async def test_the_second_message_starts_when_the_first_ends_and_not_before(
    servers: tuple[ConversationLocks, ConversationLocks],
) -> None:
    turns, first, begun = await begin(servers[0])
    waiting = asyncio.create_task(turns.take(servers[1], "second", free()))
    async with servers[1].lock("another"):  # nobody else waits for this conversation
        pass
    assert turns.seen == ["first starts"]
    first.set()
    await asyncio.wait_for(asyncio.gather(begun, waiting), PATIENCE)
    assert turns.seen == ["first starts", "first ends", "second starts", "second ends"]


async def test_many_at_once_never_overlap(
    servers: tuple[ConversationLocks, ConversationLocks],
) -> None:
    turns = Turns()
    each = [turns.take(servers[n % 2], str(n), free()) for n in range(60)]
    await asyncio.wait_for(asyncio.gather(*each), PATIENCE)
    assert len(turns.seen) == 2 * len(each)
    if servers[0] is servers[1]:
        assert turns.seen[::2] == [f"{n} starts" for n in range(60)]
    assert not servers[0]._queues  # nothing of a conversation stays


async def test_who_gives_up_waiting_leaves_nothing_locked(
    servers: tuple[ConversationLocks, ConversationLocks],
) -> None:
    turns, first, begun = await begin(servers[0])
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(turns.take(servers[1], "second", free()), 0.01)
    third = asyncio.create_task(turns.take(servers[1], "third", free()))
    first.set()
    await asyncio.wait_for(asyncio.gather(begun, third), PATIENCE)
    assert turns.seen[2:] == ["third starts", "third ends"]


async def test_a_lock_dies_with_a_process_that_is_killed(postgres_server: Postgres) -> None:
    url = postgres_server.new_database()
    command = [sys.executable, "-c", HOLD, url, str(module._key("conversation"))]
    owner = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE)
    assert owner.stdout and owner.stdout.readline() == b"held\n"
    turns = Turns()
    store = ConversationLocks(url=url, patience=LONG)
    waiting = asyncio.create_task(turns.take(store, "second", free()))
    async with store.lock("another"):
        assert turns.seen == []
    owner.kill()
    await asyncio.wait_for(waiting, PATIENCE)
    owner.wait()
    owner.stdout.close()


async def test_a_database_that_hangs_holds_a_turn_up_once(
    postgres_server: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    store = ConversationLocks(url=postgres_server.new_database(), patience=LONG)
    assert store._shared is not None
    async with store.lock("conversation"):
        assert store._shared._shared is not None
        process = store._shared._shared.ask("pg_backend_pid() + ", 0)
    os.kill(process, signal.SIGSTOP)
    try:
        for _ in range(3):  # the first waits two seconds, the others not at all
            async with store.lock("conversation"):
                pass
    finally:
        os.kill(process, signal.SIGCONT)
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == [
        "TimeoutError.",
        *2 * ["the database did not answer a moment ago."],
    ]


async def test_a_restarted_database_is_connected_to_again(postgres_server: Postgres) -> None:
    store = ConversationLocks(url=postgres_server.new_database(), patience=LONG)
    async with store.lock("conversation"):
        postgres_server.control("restart")
    assert store._shared is not None
    held = await store._shared.acquire(1)
    held.release()


@pytest.mark.parametrize("what", ["the database is away", "the turn before never ends"])
async def test_when_locking_fails_the_message_is_answered_all_the_same(
    what: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = False
    async with AsyncExitStack() as stack:
        if what == "the database is away":
            away = f"postgresql://nobody:p%40ss@127.0.0.1:{free_port()}/none"
            store = ConversationLocks(url=away)
        else:
            store = ConversationLocks(url="sqlite:///any.db", patience=0.01)
            await stack.enter_async_context(store.lock("conversation"))
        async with store.lock("conversation"):
            answered = True
    assert answered
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "p@ss" not in record.getMessage() and "conversation" not in record.getMessage()


async def test_a_lock_that_is_not_given_in_time_is_told_apart_from_a_database_that_is_away(
    postgres_server: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    url = postgres_server.new_database()
    one, other = ConversationLocks(url=url), ConversationLocks(url=url, patience=0.05)
    async with one.lock("conversation"), other.lock("conversation"):
        pass
    assert "the turn before takes too long" in caplog.text


def test_rasa_makes_it_from_endpoints() -> None:
    read = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    store = LockStore.create(EndpointConfig.from_dict(read["lock_store"]))
    assert isinstance(store, ConversationLocks)
