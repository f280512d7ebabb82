"""A local server in the place of Twilio's, and Twilio's own client that calls it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from cimento.settings.sms import SmsSettings
from tests.servers import PATIENCE

TOKEN = "12345678901234567890123456789012"
PUBLIC = "https://cimento.example"
SETTINGS = SmsSettings(
    provider="twilio",
    public_url=PUBLIC,
    twilio_account_sid="AC" + "0" * 32,
    twilio_auth_token=TOKEN,
    twilio_from="+33755000000",
)
NUMBER = "+33612345678"
INBOUND = "/webhooks/sms/twilio"
STATUS = "/webhooks/sms/twilio/status"


class Twilio:
    """A local server in the place of api.twilio.com, that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.authorization: list[str] = []
        self.paths: list[str] = []
        self.answer: tuple[int, bytes | None] | None = None  # None: hang up without answering
        self.refusals: int | None = None  # how many, before accepting; None: for ever
        self.accept()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.paths.append(self.path)
                outer.asked.append({k: v[0] for k, v in parse_qs(body).items()})
                outer.authorization.append(self.headers["Authorization"])
                if outer.answer is None:
                    self.close_connection = True
                    return
                status, content = outer.answer
                outer.relent()
                content = content or json.dumps({"sid": f"SM{len(outer.asked):032d}"}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    def accept(self) -> None:
        self.answer, self.refusals = (201, None), None

    def relent(self) -> None:
        """Count one answer: after the last of the refusals, accept."""
        if self.refusals is not None:
            self.refusals -= 1
            if self.refusals <= 0:
                self.accept()

    def refuse(self, status: int, code: int, times: int | None = None) -> None:
        self.refusals = times
        error = {"code": code, "message": f"The number {NUMBER}…", "status": status}
        self.answer = (status, json.dumps(error).encode())

    def client(self) -> TwilioHttpClient:
        return Redirected(f"http://127.0.0.1:{self._server.server_port}")

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Redirected(TwilioHttpClient):
    """Twilio's own client, which calls a local address instead of https://api.twilio.com."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=PATIENCE)
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        assert url.startswith("https://api.twilio.com/")
        return super().request(method, self._base + urlsplit(url).path, *args, **kwargs)
