"""How long a turn waits for the action server, which may hang: Rasa gives each action its own time,
and the patient waits for all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from sanic import Sanic

from cimento.settings.servers import ServerSettings

Request = Callable[..., Awaitable[Any]]


class OneTurn:
    """A request to the action server that lasts `seconds` at most in all the actions of a turn.

    A turn is one task. Raises asyncio.TimeoutError, with which Rasa goes on to the next action.
    """

    def __init__(self, request: Request, seconds: float) -> None:
        self._request = request
        self._seconds = seconds
        self._until: WeakKeyDictionary[asyncio.Task[Any], float] = WeakKeyDictionary()

    async def __call__(self, *arguments: Any, **named: Any) -> Any:
        now, turn = asyncio.get_running_loop().time(), asyncio.current_task()
        assert turn is not None
        until = self._until.setdefault(turn, now + self._seconds)
        return await asyncio.wait_for(self._request(*arguments, **named), until - now)


async def limit_actions(app: Sanic, _: asyncio.AbstractEventLoop) -> None:
    """Bound what each turn of the server waits for: an after_server_start listener."""
    if endpoint := getattr(app.ctx.agent, "action_endpoint", None):
        endpoint.request = OneTurn(endpoint.request, ServerSettings.read().actions_seconds)
