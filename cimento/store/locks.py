"""One message of a conversation at a time, in their order, in one process and in several.

In one process the second message waits for the first without asking again and again (Rasa asks each
second). With the conversations on PostgreSQL, advisory locks keep other processes and machines out
too; they belong to a connection, and die with whoever holds them.

Locking refuses no turn: when it fails or takes too long, that is logged, and the message is
answered as if it were alone. An alarm comes before the order of what is remembered.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock_store import LockStore
from sqlalchemy.engine import make_url

from cimento.settings.storage import StorageSettings
from cimento.store.advisory import AdvisoryLocks, LockingFailed

logger = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds that a message waits for those before it; a turn takes some 10 ms


class _Queue:
    """Who speaks in a conversation, and how many wait: asyncio's locks are fair."""

    def __init__(self) -> None:
        self.lock, self.users = asyncio.Lock(), 0


class ConversationLocks(LockStore):
    """The lock store of endpoints.yml: of the process, and of PostgreSQL when it is there."""

    def __init__(
        self, endpoint_config: Any = None, url: str | None = None, patience: float = PATIENCE
    ) -> None:
        """`url`: the database of the conversations, by default that of the settings."""
        self._queues: dict[str, _Queue] = {}
        self._patience = patience
        url = url or StorageSettings.read().conversations_url
        shared = make_url(url).get_backend_name() == "postgresql"
        self._shared = AdvisoryLocks(url, patience) if shared else None

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, *_: float, **__: float
    ) -> AsyncGenerator[None, None]:
        """Hold the turn of a conversation (Rasa's name, and arguments that mean nothing here)."""
        queue = self._queues.setdefault(conversation_id, _Queue())
        queue.users += 1
        try:
            first = await self._wait(queue)
            try:
                async with self._alone(conversation_id):
                    yield
            finally:
                if first:
                    queue.lock.release()
        finally:
            queue.users -= 1
            if not queue.users:
                del self._queues[conversation_id]

    async def _wait(self, queue: _Queue) -> bool:
        """Return whether the process's own lock is held; not when that took too long."""
        try:
            return await asyncio.wait_for(queue.lock.acquire(), self._patience)
        except asyncio.TimeoutError:
            logger.error("A message has not waited for the one before it, which takes too long.")
            return False

    @asynccontextmanager
    async def _alone(self, conversation: str) -> AsyncGenerator[None, None]:
        """Keep other processes out, if they can be."""
        held = None
        if self._shared:
            try:
                held = await self._shared.acquire(_key(conversation))
            except LockingFailed as error:
                logger.error("Other servers are not kept out of a turn: %s.", error)
        try:
            yield
        finally:
            if held:
                held.release()


def _key(conversation: str) -> int:
    """Return the number of a conversation's lock: 64 bits, signed, as PostgreSQL takes it."""
    return int.from_bytes(hashlib.sha256(conversation.encode()).digest()[:8], "big", signed=True)
