"""The HTTP API, served by a real server: what it answers, and what it refuses."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn
from fastapi import FastAPI

from cimento.followup import alerts, gate
from cimento.followup.api import make_api
from cimento.followup.enrolment import Enrolled
from cimento.followup.gate import LIMITS, Gate
from cimento.followup.models import AlertKind
from cimento.followup.protocol import Protocol, read_protocol
from cimento.settings.headers import HEADERS
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect, open_database
from tests.followup.conftest import NOON, request
from tests.servers import PATIENCE

TOKEN = "a-token-for-the-tests"
BODY = {
    "number": request().number,
    "discharge": request().discharge,
    "consent_by": request().consent_by,
    "consent_at": request().consent_at,
}


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


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    server = Served()
    yield server
    server.stop()


@pytest.fixture
def client(served: Served, database: Database, protocol: Protocol, tmp_path: Path) -> Client:
    conversations = SqlConversations(connect(f"sqlite:///{tmp_path}/conversations.db"))
    served.application = make_api(database, conversations, protocol, TOKEN, clock=lambda: NOON)
    return Client(served.port)


@pytest.fixture(scope="module")
def lasting_api(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> FastAPI:
    """One API for all that is refused: a request that it should not survive harms the next."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copy(empty_database, folder / "followup.db")
    database = open_database(f"sqlite:///{folder}/followup.db")
    conversations = SqlConversations(connect(f"sqlite:///{folder}/conversations.db"))
    return make_api(database, conversations, read_protocol(), TOKEN, clock=lambda: NOON)


@pytest.fixture
def stranger(served: Served, lasting_api: FastAPI) -> Client:
    """Somebody whose requests are refused, whatever was asked before."""
    served.application = lasting_api
    return Client(served.port)


def test_enrol_then_correct_then_read(client: Client) -> None:
    first = client.call("POST", "/enrolments", json=BODY)
    assert (first.status_code, first.json()["merged"]) == (201, False)
    again = client.call("POST", "/enrolments", json={**BODY, "act": "2027-03-09T14:00"})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    steps = client.call("GET", f"/enrolments/{first.json()['id']}").json()
    assert {step["step"]: step["state"] for step in steps}["day_1"] == "pending"
    status = client.call("GET", "/status").json()
    assert status["deliveries"]["pending"] >= 3


def test_a_follow_up_is_paused_resumed_moved_and_cancelled(
    client: Client, database: Database
) -> None:
    first = client.call("POST", "/enrolments", json={**BODY, "ward_reference": "K7-0312"}).json()
    assert {sms["step"]: sms["state"] for sms in first["plan"]}["day_1"] == "pending"
    by, path = {"by": "Mme Roy"}, f"/enrolments/{first['id']}"
    paused = client.call("POST", f"{path}/pause", json=by).json()
    assert {sms["reason"] for sms in paused if sms["state"] == "pending"} == {"paused"}
    assert client.call("POST", f"{path}/resume", json=by).ok
    dates = {**by, "discharge": "2027-03-20T16:00", "act": "2027-03-20T08:00"}
    moved = client.call("POST", f"{path}/move", json=dates).json()
    assert (moved[0]["step"], moved[0]["due"]) == ("evening_before", "2027-03-19T17:00:00+00:00")
    alerts.raise_alert(database, first["conversation_id"], AlertKind.HUMAN, NOON)
    assert client.call("GET", "/alerts").json()[0]["ward_reference"] == "K7-0312"
    cancelled = client.call("POST", f"{path}/cancel", json=by).json()
    assert {sms["state"] for sms in cancelled} == {"dropped"}
    assert client.call("POST", f"{path}/pause", json=by).status_code == 422
    assert client.call("POST", "/enrolments/99/cancel", json=by).status_code == 404


def test_an_unread_alert_is_not_forgotten_by_mistake(
    client: Client, database: Database, enrolled: Enrolled
) -> None:
    alerts.raise_alert(database, enrolled.conversation_id, AlertKind.ALARM, NOON, "urgence")
    body = {"number": BODY["number"]}
    assert client.call("POST", "/forget", json=body).status_code == 409
    erased = client.call("POST", "/forget", json={**body, "even_open": True})
    assert erased.json() == {"erased": True}


def test_alerts_are_read_and_acknowledged_by_name(
    client: Client, database: Database, enrolled: Enrolled
) -> None:
    alerts.raise_alert(
        database, enrolled.conversation_id, AlertKind.ALARM, NOON, "medecin", "j'ai 39 😱"
    )
    (alert,) = client.call("GET", "/alerts").json()
    assert (alert["words"], alert["number"]) == ("j'ai 39 😱", "+33612345678")
    path = f"/alerts/{alert['id']}/acknowledge"
    assert client.call("POST", path, json={"by": ""}).status_code == 422
    assert client.call("POST", path, json={"by": "Dr Martin"}).status_code == 204
    assert client.call("GET", "/alerts").json() == []
    (past,) = client.call("GET", "/alerts?all=true").json()
    assert past["acknowledged_by"] == "Dr Martin"


def test_a_patients_words_command_no_terminal(
    client: Client, database: Database, enrolled: Enrolled
) -> None:
    words = "j'ai 39\x1b[2J\x9b2J \u202edevant\r\n😱 \x00 à la maison"
    alerts.raise_alert(database, enrolled.conversation_id, AlertKind.ALARM, NOON, "medecin", words)
    shown = client.call("GET", "/alerts")
    assert shown.json()[0]["words"] == "j'ai 39 [2J 2J devant 😱 à la maison"
    held = client.call("POST", "/export", json={"number": "0612345678"})
    assert held.json()["alerts"][0]["words"] == words  # what is held, to the letter
    assert held.text.isascii() and held.text.isprintable()


def test_export_and_forget(client: Client, enrolled: Enrolled) -> None:
    held = client.call("POST", "/export", json={"number": "0612345678"})
    assert held.json()["number"] == "+33612345678"
    for erased in (True, False):
        reply = client.call("POST", "/forget", json={"number": "0612345678"})
        assert reply.json() == {"erased": erased}


def test_it_describes_itself(client: Client) -> None:
    paths = client.call("GET", "/openapi.json", token=None).json()["paths"]
    assert {"/enrolments", "/alerts", "/forget", "/export", "/status"} <= set(paths)
    assert client.call("GET", "/health", token=None).json() == {"status": "ok"}


def test_its_page_loads_nothing_that_could_read_the_token(client: Client) -> None:
    page = client.call("GET", "/docs", token=None)
    assert "POST /alerts/{id}/acknowledge" in page.text
    assert "<code>consent_by</code>: Who recorded the patient&#x27;s consent" in page.text
    for loading in ("<script", "<link", "<img", "<iframe", "src=", "//cdn"):
        assert loading not in page.text


@pytest.mark.parametrize(
    ("path", "status"), [("/health", 200), ("/docs", 200), ("/nowhere", 404), ("/alerts", 401)]
)
def test_every_answer_has_the_headers(client: Client, path: str, status: int) -> None:
    reply = client.call("GET", path, token=None)
    assert reply.status_code == status
    assert {name: reply.headers[name] for name in HEADERS} == HEADERS


def read_all(connection: socket.socket) -> bytes:
    """Return what comes until the server closes; nothing when it hangs up."""
    found = b""
    try:
        while data := connection.recv(4096):
            found += data
    except ConnectionError:
        pass
    return found


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
