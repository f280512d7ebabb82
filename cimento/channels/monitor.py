"""What those who watch over the servers ask: /livez, /readyz.

Anybody may know whether this server lives and is ready; which part is broken, only programs of this
machine and who has CIMENTO_MONITOR_TOKEN.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from cimento.channels.gate import Gated
from cimento.channels.local import comes_from_here
from cimento.monitoring.checks import Checks
from cimento.monitoring.readiness import FRESH, Readiness
from cimento.settings.chat import ChatSettings
from cimento.settings.servers import ServerSettings
from cimento.store.tracker_store import BoundedSQLTrackerStore, stored_in

_NOT_KEPT = {"Cache-Control": "no-store"}
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
            app.ctx.readiness = Readiness(_checks_of(app).all, self._fresh)

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

        return routes


def _checks_of(app: Sanic) -> Checks:
    agent = app.ctx.agent
    store = stored_in(agent)
    kept = store.conversations if isinstance(store, BoundedSQLTrackerStore) else None
    return Checks(lambda: None if agent.is_ready() else _NO_MODEL, kept)


def _is_trusted(request: Request, token: str, proxies: int) -> bool:
    """Whether `request` is local (see local), or carries the token, when there is one."""
    given = request.headers.get("authorization", "").encode(errors="replace")
    with_token = bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())
    return with_token or comes_from_here(request, proxies)
