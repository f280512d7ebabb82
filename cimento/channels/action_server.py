"""What a turn waits for at the action server.

It may hang: Rasa gives each action its own time, and the patient waits for all of them. And Rasa
checks its own schema of an action's result anew at each action: 30 ms, three times a whole turn
without it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
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
        try:
            return await asyncio.wait_for(self._request(*arguments, **named), until - now)
        except asyncio.TimeoutError:
            self._until[turn] = 0.0  # a timer may ring a little early: nothing is left all the same
            raise


@cache
def _results() -> Validator:
    """The schema of the results of actions, checked once."""
    schema = RemoteAction.action_response_format_spec()
    validator: Validator = validator_for(schema)(schema)
    return validator


_say_what_is_wrong = RemoteAction._validate_action_result


def _validate(action: RemoteAction, result: dict[str, Any]) -> bool:
    """Return True, or raise what Rasa raises on a result that is wrong."""
    return _results().is_valid(result) or _say_what_is_wrong(action, result)


async def limit_actions(app: Sanic, _: asyncio.AbstractEventLoop) -> None:
    """Bound what each turn of the server waits for: an after_server_start listener."""
    RemoteAction._validate_action_result = _validate
    if endpoint := getattr(app.ctx.agent, "action_endpoint", None):
        endpoint.request = OneTurn(endpoint.request, ServerSettings.read().actions_seconds)
