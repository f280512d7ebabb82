"""Kannel: its real gateway, both ways."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from cimento.ops.processes import wait_until
from cimento.sms import gsm7
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import (
    TemporaryFailure,
)
from cimento.sms.providers.kannel import KannelProvider
from tests.debian import KANNEL, require
from tests.servers import PATIENCE
from tests.sms.kannel import NUMBER, Gateway, concatenated, joined, settings
from tests.sms.server import ALARM, DRIVING


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, programs: None) -> Iterator[Gateway]:
    require(*KANNEL)
    running = Gateway(tmp_path_factory.mktemp("kannel"))
    try:
        with running.server:
            running.kannel.start()
            yield running
    finally:
        running.kannel.stop()


def test_a_message_is_answered_with_its_accents(gateway: Gateway) -> None:
    def write() -> None:
        gateway.kannel.write("+33655555555", "text je peux déjà conduire ? à bientôt, ça ira €")

    # A first answer ends with the line on privacy: fakesmsc prints it as if it were another.
    ((number, sms), _) = gateway.answers(write, count=2)
    assert gateway.heard()[-1] == "je peux déjà conduire ? à bientôt, ça ira €"
    assert number == "+33655555555"
    assert sms.endswith(
        "text Assistant automatique. Ne conduisez pas pendant les 24 premières heures."
    )


def test_unicode_is_read_and_answered_in_gsm7(gateway: Gateway) -> None:
    text = "ça va, j’ai 39 😟 œ"
    encoded = quote(text.encode("utf-16-be"), safe="")
    ((_, sms),) = gateway.answers(lambda: gateway.kannel.write(NUMBER, f"ucs2 {encoded}"))
    assert gateway.heard()[-1] == text
    assert sms == f"text {ALARM}"


def test_a_long_message_arrives_whole(gateway: Gateway) -> None:
    parts = ["bonjour, " + "bla " * 30, "et pour finir " + "bla " * 30 + "39 ce matin"]

    def write() -> None:
        for line in reversed(concatenated(77, *parts)):  # the second part first
            gateway.kannel.write(NUMBER, line)

    heard = len(gateway.heard())
    ((_, sms),) = gateway.answers(write)
    assert gateway.heard()[heard:] == ["".join(parts)]
    assert sms == f"text {ALARM}"


def test_a_long_answer_leaves_in_two_segments(gateway: Gateway) -> None:
    long = ("La fiche répète déjà : à jeun, c'est écrit là. " * 6).strip()
    assert gsm7.segments(long) == 2
    gateway.server.assistant.script["long ?"] = [{"text": long, "custom": DRIVING}]
    pieces = gateway.answers(lambda: gateway.kannel.write(NUMBER, "text long ?"), count=2)
    assert joined(pieces) == long


def test_delivery_is_reported(gateway: Gateway) -> None:
    gateway.provider.send(NUMBER, "Un rappel.", "e1-day_1")
    wait_until(lambda: Ledger(gateway.engine).state("e1-day_1") == "delivered", PATIENCE)
    assert gateway.provider.state_of("e1-day_1") == "sent"
    # Sent again, it is not sent twice.
    gateway.provider.send(NUMBER, "Un rappel.", "e1-day_1")
    assert sum("Un rappel." in sms for _, sms in gateway.settled()) == 1


def test_a_lost_acknowledgement_is_repeated_without_a_second_turn(gateway: Gateway) -> None:
    heard, received, requests = len(gateway.heard()), len(gateway.received()), gateway.requests
    gateway.server.unavailable = 2
    gateway.kannel.write(NUMBER, "text encore une question")
    gateway.await_requests(requests + 3)  # smsbox asks again every second
    assert gateway.server.unavailable == 0
    assert gateway.heard()[heard:] == ["encore une question"]
    ((number, _),) = gateway.settled()[received:]
    assert number == NUMBER


def test_while_the_assistant_is_down_the_gateway_apologises(gateway: Gateway) -> None:
    heard, received = len(gateway.heard()), len(gateway.received())
    gateway.server.down = True
    try:
        gateway.kannel.write("+33611111111", "text je peux manger ?")
        wait_until(lambda: len(gateway.received()) > received, PATIENCE)
        ((number, sms),) = gateway.settled()[received:]
    finally:
        gateway.server.down = False
    assert number == "+33611111111"
    assert sms.startswith("text Pardon, je ne peux pas répondre pour le moment. Appelez le service")
    assert len(gateway.heard()) == heard


def test_a_stop_through_the_gateway(gateway: Gateway) -> None:
    other = "+33698765432"
    pieces = gateway.answers(lambda: gateway.kannel.write(other, "text Arrêt !"), count=2)
    assert {number for number, _ in pieces} == {other}
    assert "vous ne recevrez plus de SMS" in joined(pieces)


def test_a_short_code_is_heard_and_gets_nothing(gateway: Gateway) -> None:
    heard, received, requests = len(gateway.heard()), len(gateway.received()), gateway.requests
    gateway.kannel.write("36179", "text votre solde")
    gateway.await_requests(requests + 1)
    # It may be an alarm all the same; no answer can reach it.
    assert (len(gateway.heard()), len(gateway.settled())) == (heard + 1, received)


def test_a_wrong_password_is_temporary(gateway: Gateway) -> None:
    wrong = settings(1, gateway.kannel.send_url, password="wrong")
    provider = KannelProvider(wrong, Ledger(gateway.engine))
    with pytest.raises(TemporaryFailure, match="CIMENTO_KANNEL_PASSWORD"):
        provider.send(NUMBER, "Bonjour", "r1")
    assert provider.state_of("r1") == "absent"
