"""What no request gets past, and what every answer carries."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from cimento.channels import gate
from cimento.channels.rest import CimentoRestInput
from cimento.settings.headers import HEADERS
from tests.servers import PATIENCE, read_all
from tests.sms.server import Server

DEADLINE = 0.5


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(gate, "DEADLINE", DEADLINE)
    with Server(CimentoRestInput()) as running:
        yield running


def connect(server: Server, *lines: str) -> socket.socket:
    """Begin a request, without the empty line that ends its head."""
    connection = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
    connection.sendall("\r\n".join([*lines, ""]).encode())
    return connection


def head(length: int, path: str = "/webhooks/rest/webhook") -> list[str]:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    return [*lines, f"Content-Length: {length}", ""]


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/nowhere"])
def test_a_large_body_is_refused_before_it_is_read(server: Server, path: str) -> None:
    assert b" 413 " in read_all(connect(server, *head(gate.LARGEST_BODY + 1, path)))


def test_a_large_body_in_chunks_is_refused(server: Server) -> None:
    lines = head(0)
    lines[3] = "Transfer-Encoding: chunked"
    connection = connect(server, *lines, f"{gate.LARGEST_BODY + 1:x}", "{")
    assert b" 413 " in read_all(connection)


@pytest.mark.parametrize(
    "lines", [[], ["POST / HTTP/1.1"], head(10), head(10, "/nowhere")], ids=lambda lines: len(lines)
)
def test_who_sends_slowly_is_cut_off_and_holds_nobody_up(server: Server, lines: list[str]) -> None:
    started = time.monotonic()
    slow = [connect(server, *lines) for _ in range(20)]
    url = f"{server.url}/webhooks/rest/"
    with urllib.request.urlopen(url, timeout=PATIENCE) as reply:
        assert reply.status == 200
    for connection in slow:
        assert b" 200 " not in read_all(connection)
    assert time.monotonic() - started >= DEADLINE


def test_a_connection_carries_one_request(server: Server) -> None:
    request = "GET /webhooks/rest/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    connection = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
    connection.sendall(2 * request.encode())
    assert read_all(connection).count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [("/webhooks/rest/", 200), ("/nowhere", 404), ("/webhooks/rest/webhook", 405)],
)
def test_every_answer_has_the_headers(server: Server, path: str, status: int) -> None:
    try:
        reply = urllib.request.urlopen(f"{server.url}{path}", timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        reply = error
    with reply:
        assert reply.status == status
        assert {name: reply.headers[name] for name in HEADERS} == HEADERS
        assert reply.headers["Strict-Transport-Security"] is None


def test_behind_tls_browsers_are_told_to_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIMENTO_CHAT_PROXIES", "1")
    with Server(CimentoRestInput()) as running:
        request = urllib.request.Request(
            f"{running.url}/nowhere", headers={"X-Forwarded-Proto": "https"}
        )
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(request, timeout=PATIENCE)
        assert error.value.headers["Strict-Transport-Security"].startswith("max-age=")
        error.value.close()
