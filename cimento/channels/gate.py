"""What every request passes before it is routed, whatever the channel: size, time; and the headers
that every answer gets.

A connection carries one request, which has ten seconds to arrive whole: whoever sends slowly keeps
nobody out for longer.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from cimento.channels.action_server import limit_actions
from cimento.settings.chat import ChatSettings
from cimento.settings.headers import DEADLINE, HEADERS, HSTS

LARGEST_BODY = 65_536  # bytes
_LARGEST_HEAD = 16_384  # bytes; Sanic's own limit
_THREADS = 64  # that may wait for a database at a time


class Gated(Blueprint):
    """The routes of a channel, behind the gate. The first of a server puts it there for all."""

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Called by Sanic, before the server starts: later it takes no signal any more."""
        if not hasattr(app.ctx, "gate"):
            app.ctx.gate = _Gate(app, ChatSettings.read().proxies)
        super().register(app, options)


class _Gate:
    def __init__(self, app: Sanic, proxies: int) -> None:
        self._proxies = proxies
        app.config.REQUEST_MAX_SIZE = LARGEST_BODY
        app.config.REQUEST_MAX_HEADER_SIZE = _LARGEST_HEAD
        app.config.REQUEST_TIMEOUT = DEADLINE
        app.signal("http.lifecycle.begin")(self._begin)
        app.signal("http.lifecycle.request")(self._head_read)
        app.signal("http.routing.before")(self._read_body)
        app.signal("http.lifecycle.complete")(self._end)
        app.register_middleware(self._add_headers, "response")
        app.register_listener(self._let_many_wait, "before_server_start")
        app.register_listener(limit_actions, "after_server_start")

    @staticmethod
    async def _let_many_wait(_: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        loop.set_default_executor(ThreadPoolExecutor(_THREADS))

    @staticmethod
    async def _begin(conn_info: Any, **_: object) -> None:
        task = asyncio.current_task()
        assert task is not None
        conn_info.ctx.deadline = asyncio.get_running_loop().call_later(DEADLINE, task.cancel)

    @staticmethod
    async def _head_read(request: Request, **_: object) -> None:
        """From here on a late request is cut off: answered, it would still be read to its end."""
        context = request.transport.get_protocol().conn_info.ctx
        when = context.deadline.when()
        context.deadline.cancel()
        loop = asyncio.get_running_loop()
        context.deadline = loop.call_at(when, request.transport.abort)

    @staticmethod
    async def _read_body(request: Request, **_: object) -> None:
        await request.receive_body()
        request.conn_info.ctx.deadline.cancel()
        request.stream.keep_alive = False

    @staticmethod
    async def _end(conn_info: Any, **_: object) -> None:
        conn_info.ctx.deadline.cancel()

    async def _add_headers(self, request: Request, response: BaseHTTPResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if self._proxies and request.headers.get("x-forwarded-proto") == "https":
            response.headers.setdefault("Strict-Transport-Security", HSTS)
