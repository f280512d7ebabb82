"""Purge all stores once a day, whichever channels are open and whether follow-ups run or not."""

import asyncio
import logging
from datetime import datetime, timezone

from sanic import Sanic

from cimento.followup.erasure import SmsConversations
from cimento.followup.retention import purge, read_retention
from cimento.settings.storage import StorageSettings
from cimento.store.conversations import SqlConversations
from cimento.store.database import open_database
from cimento.store.tracker_store import BoundedSQLTrackerStore, stored_in

logger = logging.getLogger(__name__)
_DAY = 24 * 3600  # seconds


async def keep_house(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
    """Begin the daily purge: an after_server_start listener, the same for every channel.

    The first channel begins it for all. Conversations that are stored otherwise than
    endpoints.yml says are not ours to purge.
    """
    store = stored_in(app.ctx.agent)
    if isinstance(store, BoundedSQLTrackerStore) and not hasattr(app.ctx, "housekeeping"):
        app.ctx.housekeeping = loop.create_task(_purge_daily(store.conversations))


async def _purge_daily(conversations: SqlConversations) -> None:
    """Purge now and each day; a failure is logged and tried again the day after."""
    while True:
        try:
            await asyncio.to_thread(_purge, conversations)
        except Exception as error:
            logger.error("What is too old could not be purged: %s.", type(error).__name__)
        await asyncio.sleep(_DAY)


def _purge(conversations: SqlConversations) -> None:
    database = open_database(StorageSettings.read().database_url)
    by_sms_too = SmsConversations(conversations, database.engine)
    purge(database, by_sms_too, datetime.now(timezone.utc), read_retention())
