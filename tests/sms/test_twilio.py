"""Twilio: what its official client sends, to a local server, and what Twilio signs."""

import base64
import hashlib
import hmac
import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy.engine import Engine
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from cimento.channels.sms.channel import SmsInput
from cimento.ops.processes import free_port
from cimento.settings.sms import SmsSettings
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import PermanentFailure, TemporaryFailure, UncertainFailure
from cimento.sms.providers.twilio import TwilioProvider
from cimento.store.database import Database
from tests.servers import PATIENCE
from tests.sms.server import Hearing, Server

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


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    server = Twilio()
    yield server
    server.stop()


@pytest.fixture
def provider(twilio: Twilio, engine: Engine) -> TwilioProvider:
    return TwilioProvider(SETTINGS, Ledger(engine), twilio.client())


@pytest.fixture
def served(provider: TwilioProvider, database: Database, hearing: Hearing) -> Iterator[Server]:
    channel = SmsInput(SETTINGS, listener=hearing, database=database, provider=provider)
    with Server(channel) as server:
        yield server


def sign(path: str, form: dict[str, str], token: str = TOKEN) -> str:
    """Sign as Twilio documents it: HMAC-SHA1 of the URL, then of the sorted fields."""
    signed = PUBLIC + path + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(
        hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    ).decode()


def call(
    server: Server, path: str, form: dict[str, str] | bytes, signature: str
) -> tuple[int, str]:
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(server.url + path, body, headers)
        ) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


INBOUND = "/webhooks/sms/twilio"
STATUS = "/webhooks/sms/twilio/status"


def message(text: str, sid: str = "SM1", **more: str) -> dict[str, str]:
    # FromCity is empty: blank fields are signed too.
    form = {"MessageSid": sid, "From": NUMBER, "To": SETTINGS.twilio_from, "Body": text}
    return {**form, "NumMedia": "0", "FromCity": "", **more}


def test_the_official_client_sends_one_sms(provider: TwilioProvider, twilio: Twilio) -> None:
    assert provider.send(NUMBER, "L’hôpital, ça va", "e1-day_1") == "SM" + "1".zfill(32)
    assert twilio.asked == [
        {
            "To": NUMBER,
            "From": SETTINGS.twilio_from,
            "Body": "L'hopital, ca va",
            "StatusCallback": f"{PUBLIC}{STATUS}?reference=e1-day_1",
        }
    ]
    assert twilio.paths == [f"/2010-04-01/Accounts/{SETTINGS.twilio_account_sid}/Messages.json"]
    account = f"{SETTINGS.twilio_account_sid}:{TOKEN}".encode()
    assert twilio.authorization == ["Basic " + base64.b64encode(account).decode()]
    assert provider.state_of("e1-day_1") == "sent"


def test_a_reference_is_sent_once(provider: TwilioProvider, twilio: Twilio) -> None:
    first = provider.send(NUMBER, "Bonjour", "r1")
    assert provider.send(NUMBER, "Bonjour", "r1") == first
    assert len(twilio.asked) == 1


@pytest.mark.parametrize("code", [21211, 21614, 21610])
def test_unreachable_numbers_are_permanent(
    provider: TwilioProvider, twilio: Twilio, code: int
) -> None:
    twilio.refuse(400, code)
    with pytest.raises(PermanentFailure) as failure:
        provider.send(NUMBER, "Bonjour", "r1")
    assert failure.value.opted_out == (code == 21610)
    assert "612345678" not in str(failure.value)
    assert provider.state_of("r1") == "absent"


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (503, 20503), (401, 20003)])
def test_a_passing_refusal_is_temporary(
    provider: TwilioProvider, twilio: Twilio, status: int, code: int
) -> None:
    twilio.refuse(status, code)
    with pytest.raises(TemporaryFailure):
        provider.send(NUMBER, "Bonjour", "r1")
    assert provider.state_of("r1") == "absent"
    twilio.accept()
    provider.send(NUMBER, "Bonjour", "r1")
    assert provider.state_of("r1") == "sent"


@pytest.mark.parametrize(
    "answer", [None, (500, b"<html>"), (201, b"not JSON"), (502, b'{"code": 0}')]
)
def test_an_unclear_answer_is_never_sent_again(
    provider: TwilioProvider, twilio: Twilio, answer: tuple[int, bytes] | None
) -> None:
    twilio.answer = answer
    for _ in range(2):
        with pytest.raises(UncertainFailure):
            provider.send(NUMBER, "Bonjour", "r1")
    assert len(twilio.asked) == 1
    assert provider.state_of("r1") == "unknown"


def test_nobody_there_is_temporary(engine: Engine) -> None:
    nobody = Redirected(f"http://127.0.0.1:{free_port()}")
    provider = TwilioProvider(SETTINGS, Ledger(engine), nobody)
    with pytest.raises(TemporaryFailure):
        provider.send(NUMBER, "Bonjour", "r1")
    assert provider.state_of("r1") == "absent"


def test_a_signed_message_is_answered_through_the_api(served: Server, twilio: Twilio) -> None:
    form = message("je peux conduire ? été €")
    status, body = call(served, INBOUND, form, sign(INBOUND, form))
    assert (status, body.endswith("<Response/>")) == (200, True)
    assert [text for _, text in served.assistant.heard] == ["je peux conduire ? été €"]
    (sent,) = twilio.asked
    assert sent["To"] == NUMBER
    assert "24 premières heures" in sent["Body"]


def test_a_repeated_message_gets_no_second_turn(served: Server, twilio: Twilio) -> None:
    form = message("bonjour")
    for _ in range(3):
        assert call(served, INBOUND, form, sign(INBOUND, form))[0] == 200
    assert (len(served.assistant.heard), len(twilio.asked)) == (1, 1)


def test_a_picture_is_answered(served: Server, twilio: Twilio) -> None:
    form = message("", NumMedia="1", MediaUrl0="https://api.twilio.com/x")
    call(served, INBOUND, form, sign(INBOUND, form))
    form = message("c'est normal ?", "SM2", NumMedia="1")
    call(served, INBOUND, form, sign(INBOUND, form))
    first, second = (sent["Body"] for sent in twilio.asked)
    assert "ni voir les photos" in first
    assert second.endswith("Je ne peux pas voir les photos.")


def test_our_own_number_is_not_answered(served: Server, twilio: Twilio) -> None:
    form = message("bonjour", From=SETTINGS.twilio_from)
    assert call(served, INBOUND, form, sign(INBOUND, form))[0] == 200
    assert (served.assistant.heard, twilio.asked) == ([], [])


def test_an_answer_waits_for_twilio(served: Server, twilio: Twilio) -> None:
    twilio.refuse(429, 20429, times=1)
    form = message("bonjour")
    assert call(served, INBOUND, form, sign(INBOUND, form))[0] == 200
    assert len(served.assistant.heard) == 1
    assert len(twilio.asked) == 2  # refused, then accepted a second later


@pytest.mark.parametrize(
    "forge",
    [
        lambda form: "",
        lambda form: "AAAA",
        lambda form: "é" * 28,
        lambda form: sign(INBOUND, form, "another token"),
        lambda form: sign(STATUS, form),
        lambda form: sign(INBOUND, {**form, "Body": "autre"}),
        lambda form: sign(INBOUND, {**form, "From": "+33699999999"}),
    ],
)
def test_a_forged_signature_is_refused(
    served: Server, twilio: Twilio, forge: Any, caplog: pytest.LogCaptureFixture
) -> None:
    form = message("mot secret")
    signature = forge(form).encode().decode("latin-1")
    assert call(served, INBOUND, form, signature)[0] == 403
    assert (served.assistant.heard, twilio.asked) == ([], [])
    assert "secret" not in caplog.text
    assert "612345678" not in caplog.text


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"Body=%ff%fe", b"a=1&a=2", b"&".join([b"x=1"] * 500), b"<xml/>"]
)
def test_malformed_forms_are_refused(served: Server, body: bytes) -> None:
    assert call(served, INBOUND, body, "x")[0] in (400, 403)
    assert call(served, STATUS, body, "x")[0] in (400, 403)


def test_signed_but_incomplete_messages_are_refused(served: Server) -> None:
    for form in ({"Body": "x"}, {"MessageSid": "SM1"}, message("x", "S" * 500)):
        assert call(served, INBOUND, form, sign(INBOUND, form))[0] == 400


def test_status_callbacks_are_recorded(
    served: Server, provider: TwilioProvider, hearing: Hearing, engine: Engine
) -> None:
    provider.send(NUMBER, "Bonjour", "r1")
    path = f"{STATUS}?reference=r1"
    for state in ("queued", "sent", "delivered", "sent"):
        form = {"MessageSid": "SM1", "MessageStatus": state, "To": NUMBER}
        assert call(served, path, form, sign(path, form))[0] == 204
    assert Ledger(engine).state("r1") == "delivered"
    assert hearing.events == [("reported", "r1", "accepted"), ("reported", "r1", "delivered")]
    forged = f"{STATUS}?reference=r2"
    assert call(served, forged, form, sign(path, form))[0] == 403


def test_a_callback_resolves_an_unclear_answer(
    served: Server, provider: TwilioProvider, twilio: Twilio
) -> None:
    twilio.answer = None
    with pytest.raises(UncertainFailure):
        provider.send(NUMBER, "Bonjour", "r1")
    path, form = f"{STATUS}?reference=r1", {"MessageSid": "SM1", "MessageStatus": "sent"}
    call(served, path, form, sign(path, form))
    assert provider.state_of("r1") == "sent"


def test_neither_number_nor_text_is_logged(
    served: Server, twilio: Twilio, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        form = message("mot secret")
        call(served, INBOUND, form, sign(INBOUND, form))
        twilio.refuse(400, 21610)
        form = message("mot secret", "SM2")
        call(served, INBOUND, form, sign(INBOUND, form))
    assert "21610" in caplog.text
    for private in ("secret", "612345678", "premières", TOKEN):
        assert private not in caplog.text
