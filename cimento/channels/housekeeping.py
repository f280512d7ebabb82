"""Purge all stores once a day, whichever channels are open and whether follow-ups run or not; and
see each minute that nobody fills the disk."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timezone

from sanic import Sanic

from cimento.followup.erasure import SmsConversations
from cimento.followup.retention import purge, read_retention
from cimento.settings.paths import ROOT
from cimento.settings.storage import StorageSettings
from cimento.store.conversations import SqlConversations
from cimento.store.database import open_database
from cimento.store.disk import shortage
from cimento.store.tracker_store import BoundedSQLTrackerStore, stored_in
from cimento.store.vault import is_by_sms

logger = logging.getLogger(__name__)
_DAY, _MINUTE = 24 * 3600, 60  # seconds


async def keep_house(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
    """Begin the daily purge: an after_server_start listener, the same for every channel.

    The first channel begins it for all. Conversations in a store that is
    not ours are not ours to purge.
    """
    store = stored_in(app.ctx.agent)
    if isinstance(store, BoundedSQLTrackerStore) and not hasattr(app.ctx, "housekeeping"):
        kept = store.conversations
        app.ctx.housekeeping = loop.create_task(_do_every(_DAY, lambda: _purge(kept)))
        app.ctx.trimming = loop.create_task(_do_every(_MINUTE, lambda: _trim(kept)))


async def _do_every(seconds: float, work: Callable[[], None]) -> None:
    """Work now and again for ever; a failure is logged, and the work tried the next time."""
    while True:
        try:
            await asyncio.to_thread(work)
        except Exception as error:
            logger.error("What is too old or too much is still there: %s.", type(error).__name__)
        await asyncio.sleep(seconds)


def _purge(conversations: SqlConversations) -> None:
    database = open_database(StorageSettings.read().database_url)
    by_sms_too = SmsConversations(conversations, database.engine)
    purge(database, by_sms_too, datetime.now(timezone.utc), read_retention())


def _trim(conversations: SqlConversations) -> None:
    """Erase what is too much: of anybody's conversation, then of those of nobody known."""
    settings = StorageSettings.read()
    longest, most = settings.conversation_events, settings.all_events
    if erased := conversations.trim(longest, most, lambda id_: not is_by_sms(id_)):
        logger.warning("%d events of conversations were too many, and are erased.", erased)
    if told := shortage(ROOT / "var", settings.free_megabytes):
        logger.error(told)
