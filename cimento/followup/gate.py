"""What every request to the API passes first, and the headers that every answer gets.

A connection carries one request, whose head has ten seconds to arrive, and its body as many.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from cimento.settings.headers import DEADLINE, HEADERS

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

LARGEST_BODY = LARGEST_HEAD = 16_384  # bytes
LARGEST_FILE = 1_000_000  # bytes: some 10,000 lines
FILES = "/equipe/inscrire/fichier"  # the one route that takes a file
_PAGES = "/equipe/"  # what is refused there, somebody reads
_TOO_LARGE = "C'est trop long : rien n'a été fait. Revenez en arrière. Un fichier a 1 Mo au plus."
_TOO_SLOW = "La demande est arrivée trop lentement : rien n'a été fait. Recommencez."
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_HEADERS.append((b"connection", b"close"))


class PromptProtocol(H11Protocol):
    """Hangs up when no head has come; the body is the Gate's affair."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Called by asyncio."""
        super().connection_made(transport)
        self.loop.call_later(DEADLINE, self._hang_up_unless_asked)

    def _hang_up_unless_asked(self) -> None:
        if self.cycle is None:
            self.transport.abort()


# Of uvicorn's options.
LIMITS: dict[str, Any] = {
    "http": PromptProtocol,
    "h11_max_incomplete_event_size": LARGEST_HEAD,
    "limit_concurrency": 200,  # connections; beyond, 503
    "ws": "none",  # Sanic's version of websockets is too old for uvicorn
    "server_header": False,
}


class Gate:
    """An ASGI application around `inner`: it refuses a body over the limit unread, and one that
    has not arrived whole after `deadline` seconds."""

    def __init__(self, inner: Application, deadline: float = DEADLINE) -> None:
        self._inner = inner
        self._deadline = deadline

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                added = [(name, value) for name, value in _HEADERS if name not in given]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        for_people = scope["path"].startswith(_PAGES)
        given = dict(scope["headers"])
        length = given.get(b"content-length", b"0")
        largest = LARGEST_FILE if scope["path"] == FILES else LARGEST_BODY
        if b"transfer-encoding" in given or not length.isdigit() or int(length) > largest:
            why = f"At most {largest} bytes."
            await _refuse(send_with_headers, 413, _TOO_LARGE if for_people else why, for_people)
            return
        try:
            body = await asyncio.wait_for(_whole(receive), self._deadline)
        except asyncio.TimeoutError:
            why = "The request did not arrive in time."
            await _refuse(send_with_headers, 408, _TOO_SLOW if for_people else why, for_people)
            return
        arrived: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return arrived.pop() if arrived else await receive()

        await self._inner(scope, receive_again, send_with_headers)


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _refuse(send: Send, status: int, why: str, for_people: bool) -> None:
    kind = b"text/plain; charset=utf-8" if for_people else b"application/json"
    body = why if for_people else f'{{"detail": "{why}"}}'
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]}
    )
    await send({"type": "http.response.body", "body": body.encode()})
