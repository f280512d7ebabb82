"""The sample for nginx is one that nginx takes, and passes on what it should and nothing else."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cimento.channels.gate import LARGEST_BODY
from cimento.settings.headers import DEADLINE
from tests.certificates import LOOPBACK
from tests.deploy.proxy import PATIENTS, SAMPLE, TEAM, nginx
from tests.servers import PATIENCE


class Echo(BaseHTTPRequestHandler):
    """Stands for the assistant: says what reached it."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(
            {"path": self.path, "port": self.connection.getsockname()[1], **self.headers}
        )
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(port: int) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((LOOPBACK, port), Echo)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    return server


def end(server: ThreadingHTTPServer) -> None:
    server.shutdown()
    server.server_close()


@dataclass
class Proxy:
    """A running nginx, and the ports of what stands behind it."""

    port: int
    plain_port: int
    trust: ssl.SSLContext
    servers: list[ThreadingHTTPServer]  # the assistant, its second, the team's pages
    folder: Path

    def post(
        self,
        path: str,
        host: str = PATIENTS,
        size: int = 2,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Return the status, and what reached the server behind (nothing: empty)."""
        connection = HTTPSConnection(LOOPBACK, self.port, context=self.trust, timeout=PATIENCE)
        connection.request("POST", path, b" " * size, {"Host": host, **(headers or {})})
        answer: HTTPResponse = connection.getresponse()
        said = answer.read()
        connection.close()
        return answer.status, json.loads(said) if answer.status == 200 else {}


@pytest.fixture
def proxy(programs: None, tmp_path: Path) -> Iterator[Proxy]:
    with nginx(tmp_path) as (ports, trust):
        servers = [serve(behind) for behind in (ports.first, ports.second, ports.team)]
        yield Proxy(ports.tls, ports.plain, trust, servers, tmp_path)
        for server in servers:
            end(server)


def test_it_passes_on_what_is_for_patients_with_their_address(proxy: Proxy) -> None:
    forged = {"X-Forwarded-For": "10.1.2.3", "Forwarded": "for=10.1.2.3"}
    status, reached = proxy.post("/chat/messages", headers=forged)
    assert (status, reached["port"]) == (200, proxy.servers[0].server_port)
    assert reached["X-Forwarded-For"] == LOOPBACK
    assert "Forwarded" not in reached
    assert (reached["X-Forwarded-Proto"], reached["Host"]) == ("https", PATIENTS)
    assert proxy.post("/webhooks/sms/twilio?a=1")[1]["path"] == "/webhooks/sms/twilio?a=1"
    for path in ("/webhooks/rest/webhook", "/webhooks/sms/check-ins", "/metrics", "/readyz"):
        assert proxy.post(path)[0] == 404
    # The team's pages are for the hospital's network, which this machine is not of.
    assert proxy.post("/equipe/", host=TEAM)[0] == 403
    assert proxy.post("/equipe/")[0] == 404
    # What came with an address is not in the log.
    assert "a=1" not in (proxy.folder / "cimento.log").read_text()


def test_it_refuses_what_the_servers_would(proxy: Proxy) -> None:
    assert proxy.post("/chat/messages", size=LARGEST_BODY)[0] == 200
    assert proxy.post("/chat/messages", size=LARGEST_BODY + 1)[0] == 413
    for directive in ("client_header_timeout", "client_body_timeout"):
        assert f"{directive} {DEADLINE:.0f}s;" in SAMPLE
    plain = HTTPConnection(LOOPBACK, proxy.plain_port, timeout=PATIENCE)
    plain.request("GET", "/chat", headers={"Host": PATIENTS})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{PATIENTS}/chat")
    plain.close()


def test_nobody_waits_while_the_assistant_is_restarted(proxy: Proxy) -> None:
    end(proxy.servers[0])
    for _ in range(10):
        status, reached = proxy.post("/chat/messages")
        assert (status, reached["port"]) == (200, proxy.servers[1].server_port)
    proxy.servers[0] = serve(proxy.servers[0].server_port)
    end(proxy.servers[1])  # at once: the first must not be held for dead any more
    assert proxy.post("/chat/messages")[0] == 200
