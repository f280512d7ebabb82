"""Kannel and Twilio as they are seen from the channel: both repeat what is not acknowledged, take
SMS, and report what they took until they are heard."""

import base64
import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cimento.bench.kannel import SECRET
from tests import overheard
from tests.servers import PATIENCE
from tests.sms import twilio

_AGAIN = 0.1  # seconds between two tries of a carrier


class Carrier:
    """One provider's side. `taken`: how many SMS it took for each number."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        self.taken: Counter[str] = Counter()
        self.on_taken: Callable[[int], None] = lambda count: None
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer._take({k: v[0] for k, v in parse_qs(body).items()})
                self._answer(201, json.dumps({"sid": "SM" + "0" * 32}).encode())

            def do_GET(self) -> None:
                outer._take({k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})
                self._answer(202, b"0: Accepted for delivery")

            def _answer(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            request_queue_size = 200

            def handle_error(self, *_: Any) -> None:
                """The channel was killed in the middle of a call: that is the test."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    def write(self, number: str, id_: str, text: str) -> None:
        """Carry one SMS from a phone to the channel, again and again until it is taken."""
        overheard.saying(text)
        if self.name == "kannel":
            query = {"secret": SECRET, "id": id_, "from": number, "charset": "UTF-8", "text": text}
            self._insist(f"/webhooks/sms/kannel?{urlencode(query)}")
        else:
            form = {"MessageSid": id_, "From": number, "Body": text, "NumMedia": "0"}
            self._insist(twilio.INBOUND, form)

    def settle(self) -> None:
        """Wait until all is carried and reported."""
        deadline = time.monotonic() + PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), "something is not acknowledged"

    def stop(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _take(self, found: dict[str, str]) -> None:
        with self._lock:
            self.taken[found.get("to") or found["To"]] += 1
            count = self.taken.total()
        if self.name == "kannel":
            parts = urlsplit(found["dlr-url"])
            self._insist(f"{parts.path}?{parts.query}".replace("%d", "8"))
        else:
            parts = urlsplit(found["StatusCallback"])
            self._insist(f"{parts.path}?{parts.query}", {"MessageStatus": "sent"})
        self.on_taken(count)

    def _insist(self, path: str, form: dict[str, str] | None = None) -> None:
        """Ask until a 2xx answers, in a thread of its own."""
        thread = threading.Thread(target=self._ask, args=[path, form], daemon=True)
        thread.start()
        self._threads.append(thread)

    def _ask(self, path: str, form: dict[str, str] | None) -> None:
        headers = {"X-Twilio-Signature": _sign(path, form)} if form is not None else {}
        body = urlencode(form).encode() if form is not None else None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers)
            try:
                urllib.request.urlopen(request, timeout=PATIENCE).close()
                return
            except (OSError, urllib.error.URLError):
                if self._over.wait(_AGAIN):
                    return


def _sign(path: str, form: dict[str, str]) -> str:
    signed = twilio.PUBLIC + path + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(twilio.TOKEN.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
