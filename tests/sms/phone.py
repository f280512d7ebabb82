"""Writes to the simulated phone over HTTP, as a provider would."""

import json
import urllib.error
import urllib.request
import uuid

from tests import overheard
from tests.servers import PATIENCE
from tests.sms.server import Server

NUMBER = "+33612345678"


def post(server: Server, body: bytes, content_type: str = "application/json") -> tuple[int, str]:
    """Return status and body of a POST to the simulated phone."""
    url = f"{server.url}/webhooks/sms/console"
    request = urllib.request.Request(url, body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def say(server: Server, text: str, number: str = NUMBER, id: str = "") -> list[str]:
    """Send one SMS; return the SMS that answer it."""
    message = {"from": number, "text": overheard.saying(text), "id": id or uuid.uuid4().hex}
    status, body = post(server, json.dumps(message).encode())
    assert status == 200, body
    return [sent["text"] for sent in json.loads(body)["messages"]]
