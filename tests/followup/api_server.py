"""A real server of the HTTP API, whose application each test sets, and who calls it."""

import socket
import threading
from typing import Any

import requests
import uvicorn

from cimento.followup.gate import LIMITS
from tests.servers import PATIENCE

TOKEN = "a-token-for-the-tests"


class Client:
    """Calls the API with the token (or another, or none)."""

    def __init__(self, port: int) -> None:
        self.port = port

    def call(self, method: str, path: str, token: str | None = TOKEN, **kw: Any) -> requests.Response:  # fmt: skip
        headers = {
            **({"Authorization": f"Bearer {token}"} if token else {}),
            **kw.pop("headers", {}),
        }
        url = f"http://127.0.0.1:{self.port}{path}"
        return requests.request(method, url, headers=headers, timeout=PATIENCE, **kw)


class Served:
    """A real server, whose application each test sets: it starts once."""

    def __init__(self) -> None:
        self.application: Any = None
        self._socket = socket.create_server(("127.0.0.1", 0))  # listens from now on
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._serve, interface="asgi3", lifespan="off", log_level="error", **LIMITS
            )
        )
        self._thread = threading.Thread(target=self._server.run, args=[[self._socket]], daemon=True)
        self._thread.start()

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application(scope, receive, send)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)
