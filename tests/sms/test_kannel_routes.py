"""Kannel without its gateway: what anybody may ask of its routes, and what it answers."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy.engine import Engine

from cimento.bench.kannel import SECRET
from cimento.channels.sms.channel import SmsInput
from cimento.ops.processes import free_port
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import (
    PermanentFailure,
    Received,
    TemporaryFailure,
    UncertainFailure,
)
from cimento.sms.providers.kannel import KannelProvider, _failure
from cimento.store.database import Database
from tests.servers import PATIENCE
from tests.sms.kannel import NUMBER, settings
from tests.sms.server import Server


@pytest.fixture
def alone(database: Database) -> Iterator[Server]:
    port = free_port()
    nobody = settings(port, f"http://127.0.0.1:{free_port()}/cgi-bin/sendsms")
    with Server(SmsInput(nobody, database=database), port=port) as server:
        yield server


def get(server: Server, path: str) -> int:
    try:
        with urllib.request.urlopen(f"{server.url}/webhooks/sms/{path}", timeout=PATIENCE) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize(
    "secret", ["", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "é\x00"]
)
def test_a_wrong_secret_is_refused(
    alone: Server, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    query = {"secret": secret, "id": "1", "from": NUMBER, "text": "mot prive", "charset": "UTF-8"}
    assert get(alone, f"kannel?{urlencode(query)}") == 403
    assert get(alone, f"kannel/dlr?{urlencode({**query, 'reference': 'r1', 'state': '1'})}") == 403
    assert alone.assistant.heard == []
    assert "prive" not in caplog.text


@pytest.mark.parametrize(
    "query",
    ["", "id=1", "from=%2B33612345678", "id=1&from=", f"id={'1' * 101}&from=06", "id=1&id=2"],
)
def test_malformed_requests_are_refused(alone: Server, query: str) -> None:
    secret = urlencode({"secret": SECRET})
    assert get(alone, f"kannel?{secret}&{query}") == 400
    assert get(alone, f"kannel/dlr?{secret}&{query}") == 400


def test_reports_of_unknown_messages_and_states_change_nothing(alone: Server) -> None:
    query = urlencode({"secret": SECRET, "reference": "r1"})
    for state in ("1", "4", "99", "x", "%d"):
        assert get(alone, f"kannel/dlr?{query}&state={quote(state)}") == 204


@pytest.mark.parametrize(
    ("charset", "content", "read"),
    [
        ("UTF-8", "déjà".encode(), "déjà"),
        ("UTF-16BE", "ça 👍".encode("utf-16-be"), "ça 👍"),
        ("WINDOWS-1252", "déjà €".encode("windows-1252"), "déjà €"),
        ("8-BIT", b"\xff\x00 abc", "ÿ\x00 abc"),
        ("UTF-16BE", b"\x00a\xd8", "a\ufffd"),
        ("", b"abc", "abc"),
    ],
)
def test_every_charset_is_read(engine: Engine, charset: str, content: bytes, read: str) -> None:
    query = urlencode({"secret": SECRET, "id": "1", "from": NUMBER, "charset": charset})
    request = Received(f"/x?{query}&text={quote(content)}", b"", {})
    provider = KannelProvider(settings(1, "http://127.0.0.1:1/"), Ledger(engine))
    assert provider.read(request).text == read


def test_nobody_there_is_temporary_and_a_broken_answer_is_not(engine: Engine) -> None:
    ledger = Ledger(engine)
    absent = KannelProvider(settings(1, f"http://127.0.0.1:{free_port()}/"), ledger)
    with pytest.raises(TemporaryFailure):
        absent.send(NUMBER, "Bonjour", "r1")
    assert absent.state_of("r1") == "absent"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        broken = KannelProvider(
            settings(1, f"http://127.0.0.1:{listener.getsockname()[1]}/"), ledger
        )
        with pytest.raises(UncertainFailure):
            broken.send(NUMBER, "Bonjour", "r2")
    assert broken.state_of("r2") == "unknown"


def test_what_kannel_will_never_route_is_permanent() -> None:
    assert isinstance(_failure(403, "Not routable. Do not try again."), PermanentFailure)
    assert isinstance(_failure(503, "Temporal failure, try again later."), TemporaryFailure)
