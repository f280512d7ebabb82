"""A client of the chat's endpoint, as free to misbehave as anyone on the network."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests import overheard
from tests.servers import PATIENCE


@dataclass(frozen=True)
class Answer:
    """A status, headers in lower case, and the JSON of the body if there is one."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str | None:
        """The code of a refusal."""
        return self.body["error"]["code"] if self.status >= 400 else None


def call(
    url: str, method: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """Send one request; never raises for a status."""
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        reply = urllib.request.urlopen(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        reply = error
    with reply:
        text = reply.read()
        lower = {name.lower(): value for name, value in reply.headers.items()}
        is_json = "json" in lower.get("content-type", "")
        return Answer(reply.status, lower, json.loads(text) if is_json and text else text.decode())


class Client:
    """One visitor: keeps the token of the last answer, as the widget does."""

    def __init__(self, port: int) -> None:
        self.chat = f"http://127.0.0.1:{port}/chat"
        self.token = ""

    def open(self) -> dict[str, Any]:
        """Begin a conversation; return the welcome."""
        answer = call(f"{self.chat}/sessions", "POST")
        assert answer.status == 201, answer
        self.token = answer.body["token"]
        welcome: dict[str, Any] = answer.body
        return welcome

    def post(self, path: str, content: Any, token: str | None = None, **headers: str) -> Answer:
        """POST `content` (bytes as they are, else as JSON) with the token of this client."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        complete = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token if token is None else token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return call(f"{self.chat}/{path}", "POST", body, complete)

    def say(self, text: str) -> Answer:
        """Type `text`."""
        return self._heard(self.post("messages", {"text": overheard.saying(text)}))

    def press(self, payload: str) -> Answer:
        """Press a button, offered or not."""
        return self._heard(self.post("messages", {"payload": payload}))

    def erase(self, token: str | None = None) -> Answer:
        """Erase the conversation."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return call(f"{self.chat}/conversation", "DELETE", headers=headers)

    def _heard(self, answer: Answer) -> Answer:
        if answer.status == 200:
            self.token = answer.body["token"]
        return answer


def text_of(answer: Answer) -> str:
    """Return all that a turn says, its spaces plain; fails when it was refused."""
    assert answer.status == 200, answer
    said = "\n".join(message["text"] for message in answer.body["messages"])
    return said.replace("\u00a0", " ")
