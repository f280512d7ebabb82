"""Start the action server: `cimento actions`.

It is `python -m rasa_sdk`, with what that one cannot do: it takes no body over a limit, and none
that is compressed, of which a few bytes could fill the memory. Rasa sends none.
"""

import logging
import sys

from rasa_sdk.endpoint import create_app
from sanic import response
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse

from cimento.settings.headers import DEADLINE, HEADERS
from cimento.settings.paths import ROOT

_LARGEST_BODY = 2_000_000  # bytes: the last turns, with all that was understood of each


def serve_actions(host: str, port: int) -> None:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.ERROR)
    sys.path.insert(0, str(ROOT))  # the package `actions` stands there and is not installed
    app = create_app("actions", cors_origins="")
    app.config.REQUEST_MAX_SIZE = _LARGEST_BODY
    app.config.REQUEST_TIMEOUT = DEADLINE
    app.config.RESPONSE_TIMEOUT = 2 * DEADLINE  # a body that is never whole is given up

    @app.middleware("request")
    async def refuse_compressed(request: Request) -> HTTPResponse | None:
        compressed = "content-encoding" in request.headers
        return response.text("Send it uncompressed.\n", 415) if compressed else None

    @app.middleware("response")
    async def add_headers(_: Request, answer: BaseHTTPResponse) -> None:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)

    print(f"The action server is up and running on http://{host}:{port}", flush=True)
    app.run(host, port, access_log=False)
