"""Twilio: what it signs and sends to the channel."""

import base64
import hashlib
import hmac
import logging
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy.engine import Engine

from cimento.channels.sms.channel import SmsInput
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import UncertainFailure
from cimento.sms.providers.twilio import TwilioProvider
from cimento.store.database import Database
from tests.sms.server import Hearing, Server
from tests.sms.twilio import INBOUND, NUMBER, PUBLIC, SETTINGS, STATUS, TOKEN, Twilio


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


def message(text: str, sid: str = "SM1", **more: str) -> dict[str, str]:
    # FromCity is empty: blank fields are signed too.
    form = {"MessageSid": sid, "From": NUMBER, "To": SETTINGS.twilio_from, "Body": text}
    return {**form, "NumMedia": "0", "FromCity": "", **more}


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
    assert "le 15 ou le 112 ; SMS au 114" in second
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
