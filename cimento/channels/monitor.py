"""What those who watch over the servers ask: /livez, /readyz, /metrics.

Anybody may know whether this server lives and is ready; which part is broken, and the figures, only
programs of this machine and who has CIMENTO_MONITOR_TOKEN.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.exceptions import Forbidden
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import SQLAlchemyError

from cimento.channels.gate import Gated
from cimento.channels.local import comes_from_here
from cimento.monitoring import stored
from cimento.monitoring.checks import Checks
from cimento.monitoring.metrics import exposition
from cimento.monitoring.readiness import Readiness
from cimento.monitoring.seldom import FRESH, Seldom
from cimento.monitoring.turns import count_refusal
from cimento.settings.chat import ChatSettings
from cimento.settings.servers import ServerSettings
from cimento.store.database import DatabaseError
from cimento.store.tracker_store import BoundedSQLTrackerStore, stored_in

logger = logging.getLogger(__name__)

_NOT_KEPT = {"Cache-Control": "no-store"}
_FOR_FEW = (
    "For programs of this machine alone, and through no proxy; else with CIMENTO_MONITOR_TOKEN "
    "as a bearer token."
)
_NO_MODEL = (
    "No model is loaded: alarms are answered by their signs alone, questions with the service's "
    "number. Stop, then: make run"
)


class MonitorInput(InputChannel):
    """Routes that no message comes by. `fresh`: seconds that what was found is said again."""

    def __init__(self, fresh: float = FRESH) -> None:
        self._fresh = fresh

    @classmethod
    def name(cls) -> str:
        """Return the name that Rasa knows the channel by."""
        return "monitor"

    def url_prefix(self) -> str:
        """Return /: where monitoring looks by itself."""
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes (called by Rasa)."""
        routes = Gated("monitor")
        token, proxies = ServerSettings.read().monitor_token, ChatSettings.read().proxies

        @routes.listener("after_server_start")
        async def look(app: Sanic, _: asyncio.AbstractEventLoop) -> None:
            checks = _checks_of(app)
            app.ctx.readiness = Readiness(checks.all, self._fresh)
            app.ctx.stored = Seldom(
                lambda: stored.families(checks.open(), datetime.now(timezone.utc)),
                ThreadPoolExecutor(1, "figures"),
                self._fresh,
            )

        @routes.get("/livez")
        async def live(_: Request) -> HTTPResponse:
            return response.json({"status": "alive"}, headers=_NOT_KEPT)

        @routes.get("/readyz")
        async def ready(request: Request) -> HTTPResponse:
            parts = await request.app.ctx.readiness.wrong()
            broken = any(parts.values())
            told: dict[str, Any] = {"status": "not ready" if broken else "ready"}
            if _is_trusted(request, token, proxies):
                told["parts"] = {part: said or "ok" for part, said in parts.items()}
            return response.json(told, 503 if broken else 200, headers=_NOT_KEPT)

        @routes.get("/metrics")
        async def figures(request: Request) -> HTTPResponse:
            if not _is_trusted(request, token, proxies):
                raise Forbidden(_FOR_FEW)
            wrong = await request.app.ctx.readiness.wrong()
            try:
                found = await request.app.ctx.stored.ask()
            except (SQLAlchemyError, DatabaseError, asyncio.TimeoutError) as error:
                logger.warning("The database tells no figures: %s.", type(error).__name__)
                found = []
            return response.raw(
                exposition(wrong, found), headers=_NOT_KEPT, content_type=CONTENT_TYPE_LATEST
            )

        return routes


def _checks_of(app: Sanic) -> Checks:
    agent = app.ctx.agent
    trackers = stored_in(agent)
    kept = trackers.conversations if isinstance(trackers, BoundedSQLTrackerStore) else None
    return Checks(lambda: None if agent.is_ready() else _NO_MODEL, kept)


def _is_trusted(request: Request, token: str, proxies: int) -> bool:
    """Whether `request` is local (see local), or carries the token, when there is one."""
    given = request.headers.get("authorization", "").encode(errors="replace")
    if token and hmac.compare_digest(given, f"Bearer {token}".encode()):
        return True
    if given:
        count_refusal("monitor", "token")
    return comes_from_here(request, proxies)
