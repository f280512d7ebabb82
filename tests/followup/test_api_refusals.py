"""The HTTP API, served by a real server: what it refuses, and how little it takes."""

import socket
import time

import pytest

from cimento.followup import gate
from cimento.followup.enrolment import Enrolled
from cimento.followup.gate import Gate
from cimento.settings.headers import HEADERS
from tests.followup.api_server import TOKEN, Client, Served
from tests.followup.conftest import BODY
from tests.servers import PATIENCE, read_all


@pytest.mark.parametrize(
    ("path", "status"), [("/health", 200), ("/docs", 200), ("/nowhere", 404), ("/alerts", 401)]
)
def test_every_answer_has_the_headers(client: Client, path: str, status: int) -> None:
    reply = client.call("GET", path, token=None)
    assert reply.status_code == status
    assert {name: reply.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("head", [b"", b"GET /health HTTP/1.1\r\n"], ids=["nothing", "half"])
def test_who_sends_a_head_slowly_is_cut_off_and_locks_nobody_out(
    client: Client, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "DEADLINE", 0.5)
    started = time.monotonic()
    most = gate.LIMITS["limit_concurrency"]
    slow = [socket.create_connection(("127.0.0.1", client.port), PATIENCE) for _ in range(most)]
    for connection in slow:
        connection.sendall(head)
    for connection in slow:
        with connection:
            assert read_all(connection) == b""
    assert time.monotonic() - started >= 0.5
    assert client.call("GET", "/health", token=None).status_code == 200


def test_a_head_that_is_too_long_is_refused(client: Client) -> None:
    with socket.create_connection(("127.0.0.1", client.port), PATIENCE) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nX: " + b"x" * gate.LARGEST_HEAD)
        assert read_all(connection).startswith(b"HTTP/1.1 400")


def test_a_connection_carries_one_request(client: Client) -> None:
    asked = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", client.port), PATIENCE) as connection:
        connection.sendall(2 * asked)
        assert read_all(connection).count(b"HTTP/1.1 200") == 1


def test_a_body_that_does_not_arrive_is_given_up(served: Served, client: Client) -> None:
    served.application = Gate(served.application, deadline=0.2)
    head = "POST /export HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"
    with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "é" * 20])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/enrolments"),
        ("GET", "/enrolments/1"),
        ("GET", "/alerts"),
        ("POST", "/alerts/1/acknowledge"),
        ("POST", "/enrolments/1/cancel"),
        ("POST", "/enrolments/1/move"),
        ("POST", "/export"),
        ("POST", "/forget"),
        ("GET", "/status"),
    ],
)
def test_nothing_without_the_token(
    client: Client, method: str, path: str, token: str | None, enrolled: Enrolled
) -> None:
    headers = {"Authorization": f"Bearer {token}".encode("latin-1")} if token is not None else {}
    reply = client.call(method, path, token=None, json={**BODY, "by": "x"}, headers=headers)
    assert reply.status_code == 401
    assert "612345678" not in reply.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "0556795679"}, "mobile"),
        ({"discharge": "2020-01-01"}, "24 heures"),
        ({"consent_at": ""}, "date manque"),
        ({"consent_by": ""}, "recueilli par"),
    ],
)
def test_refusals_say_why(stranger: Client, changes: dict[str, str], said: str) -> None:
    reply = stranger.call("POST", "/enrolments", json={**BODY, **changes})
    assert reply.status_code == 422
    assert said in reply.json()["detail"]


_HOSTILE_BODIES: list[bytes] = [
    b"", b"{", b"null", b"[]", b"1", b'"x"', b"\xff\xfe", b"{}", b'{"number": 6}',
    b'{"number": null}', b'{"number": {"$gt": ""}}', b'{"number": "\\ud800"}',
    b'{"number": "\\u0000"}', b'{"number": "' + b"9" * 5000 + b'"}', b"[" * 5000,
    b'{"number": "+33612345678\\n\\rX: y"}', b'{"number": 1e999}', b'{"\\ud800": 1}', b"x" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("path", ["/enrolments", "/export", "/forget", "/alerts/1/acknowledge"])
@pytest.mark.parametrize("body", _HOSTILE_BODIES, ids=range(len(_HOSTILE_BODIES)))
def test_hostile_bodies_are_refused(stranger: Client, path: str, body: bytes) -> None:
    reply = stranger.call("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert 400 <= reply.status_code < 500, reply.text
    assert len(reply.content) < 3000


_HOSTILE_TEXTS = [
    "", " ", "\x00", "\ud800", "x" * 300, "'; DROP TABLE person; --", "<script>", "😱", "‮",
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2027-03-09T16:00:00.1234567Z",
]  # fmt: skip


@pytest.mark.parametrize("field", list(BODY))
@pytest.mark.parametrize("text", _HOSTILE_TEXTS, ids=range(len(_HOSTILE_TEXTS)))
def test_hostile_values_never_break_it(stranger: Client, field: str, text: str) -> None:
    reply = stranger.call("POST", "/enrolments", json={**BODY, field: text})
    assert reply.status_code < 500, reply.text
    if field != "consent_by":
        assert reply.status_code == 422


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/enrolments/0", 422),
        ("/enrolments/-1", 422),
        ("/enrolments/99999999999999999999", 422),
        ("/enrolments/999", 404),
        ("/enrolments/x", 422),
        ("/enrolments/%00", 422),
        ("/alerts?all=perhaps", 422),
        ("/nothing", 404),
        ("/%ff%fe", 404),
    ],
)
def test_hostile_addresses(stranger: Client, path: str, status: int) -> None:
    assert stranger.call("GET", path).status_code == status


def test_an_alert_that_is_not(client: Client) -> None:
    assert client.call("POST", "/alerts/9/acknowledge", json={"by": "x"}).status_code == 404
    assert client.call("DELETE", "/alerts").status_code == 405


@pytest.mark.parametrize(
    "header", [b"Content-Length: 99999999999", b"Content-Length: 17000", b"Transfer-Encoding: chunked"]
)  # fmt: skip
def test_large_or_endless_bodies_are_refused_unread(stranger: Client, header: bytes) -> None:
    with socket.create_connection(("127.0.0.1", stranger.port), PATIENCE) as connection:
        connection.sendall(
            b"POST /forget HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + TOKEN.encode() + b"\r\n" + header + b"\r\n\r\n"
        )  # fmt: skip
        assert connection.recv(100).startswith(b"HTTP/1.1 413")
