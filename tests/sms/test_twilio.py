"""Twilio: what its official client sends, to a local server."""

import base64

import pytest
from sqlalchemy.engine import Engine

from cimento.ops.processes import free_port
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import PermanentFailure, TemporaryFailure, UncertainFailure
from cimento.sms.providers.twilio import TwilioProvider
from tests.sms.twilio import NUMBER, PUBLIC, SETTINGS, STATUS, TOKEN, Redirected, Twilio


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
