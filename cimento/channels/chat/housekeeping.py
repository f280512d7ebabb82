"""Purge the conversations of the website and of the REST channel that are too old."""

import asyncio
import logging
import time

from sanic import Sanic

from cimento.store.tracker_store import stored_in

logger = logging.getLogger(__name__)
_DAY = 24 * 3600


async def purge_daily(app: Sanic, keep_days: int) -> None:
    """Purge now and each day; a failure is logged and tried again the day after.

    Conversations by SMS are purged with the follow-up that they belong to.
    """
    while True:
        try:
            conversations = stored_in(app.ctx.agent).conversations
            before = time.time() - keep_days * _DAY
            await asyncio.to_thread(
                conversations.purge, before, lambda id_: not id_.startswith("sms-")
            )
        except Exception as error:
            logger.error("Old conversations could not be purged: %s.", type(error).__name__)
        await asyncio.sleep(_DAY)
