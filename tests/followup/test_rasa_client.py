"""What the follow-ups say to Rasa, and what its channel tells them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from cimento.__main__ import main
from cimento.followup import alerts
from cimento.followup.enrolment import enrol
from cimento.followup.listener import FollowUpListener
from cimento.followup.protocol import read_protocol
from cimento.followup.rasa_client import RasaClient, check_in_token
from cimento.followup.replies import Turn
from cimento.ops.processes import free_port
from cimento.sms.gateway import TemporaryFailure
from cimento.store.database import open_database
from cimento.store.vault import conversation_id
from tests.followup.conftest import NOON, request

Output = pytest.CaptureFixture[str]
NUMBER = "06 12 34 56 78"


class Rasa(BaseHTTPRequestHandler):
    """Answers `status`, keeps the requests."""

    status = 200
    requests: list[tuple[str, str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append((self.path, self.headers["Authorization"], json.loads(body)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def rasa() -> Iterator[tuple[str, type[Rasa]]]:
    handler = type("Handler", (Rasa,), {"requests": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()


def test_rasa_is_told_of_a_check_in(rasa: tuple[str, type[Rasa]]) -> None:
    url, handler = rasa
    RasaClient(url).start_check_in("sms-1")
    token = f"Bearer {check_in_token()}"
    assert handler.requests == [("/webhooks/sms/check-ins", token, {"conversation": "sms-1"})]


@pytest.mark.parametrize("status", [401, 404, 409, 500])
def test_a_rasa_that_refuses_is_tried_again(rasa: tuple[str, type[Rasa]], status: int) -> None:
    url, handler = rasa
    handler.status = status
    with pytest.raises(TemporaryFailure, match=str(status)):
        RasaClient(url).start_check_in("sms-1")


def test_a_rasa_that_is_away_is_tried_again_and_the_token_is_not_told() -> None:
    client = RasaClient(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TemporaryFailure) as failure:
        client.start_check_in("sms-1")
    assert check_in_token() not in str(failure.value)


def test_a_check_in_of_the_simulated_phone_is_opened_by_hand(
    rasa: tuple[str, type[Rasa]], monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    url, handler = rasa
    monkeypatch.setenv("CIMENTO_PORT", url.rpartition(":")[2])
    monkeypatch.setenv("CIMENTO_SMS_PROVIDER", "console")
    assert main(["followup", "open-check-in", "+33612345678"]) == 0
    ((_, _, body),) = handler.requests
    assert body == {"conversation": conversation_id("+33612345678")}
    handler.status = 500
    assert main(["followup", "open-check-in", "+33612345678"]) != 0
    assert main(["followup", "open-check-in", "12"]) != 0
    monkeypatch.setenv("CIMENTO_SMS_PROVIDER", "off")
    assert main(["followup", "open-check-in", "+33612345678"]) != 0
    assert "CIMENTO_SMS_PROVIDER=console" in capsys.readouterr().err
    assert len(handler.requests) == 2


def test_the_channel_is_listened_to(url: str) -> None:
    database = open_database(url)
    enrol(database, read_protocol(), request(), NOON)
    listener = FollowUpListener(database, read_protocol())
    fever = Turn("+33612345678", NOON, "j'ai 39", "medecin", "m1", ("fever",))
    for turn in (fever, fever):  # repeated
        listener.told(turn)
    listener.told(Turn("+33698765432", NOON, "un humain svp", "none", "m2", ("human",)))
    listener.told(Turn("+33611111111", NOON, "je peux conduire ?", "none", "m3", ("driving",)))
    listener.reported("another's", NOON, "delivered")
    told = [(alert.kind, alert.number, alert.words) for alert in alerts.read_alerts(database)]
    assert told == [
        ("alarm", "+33612345678", "j'ai 39"),
        ("human", "+33698765432", "un humain svp"),
    ]
