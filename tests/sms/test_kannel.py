"""Kannel: its real gateway both ways on loopback, then what may come to its routes."""

import socket
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from sqlalchemy.engine import Engine

from cimento.bench.kannel import OWN, PASSWORD, SECRET, Kannel
from cimento.channels.sms.channel import SmsInput
from cimento.ops.processes import free_port, wait_until
from cimento.settings.sms import SmsSettings
from cimento.sms import gsm7
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import (
    PermanentFailure,
    Received,
    TemporaryFailure,
    UncertainFailure,
)
from cimento.sms.providers.kannel import KannelProvider, _failure
from cimento.store.database import Database, open_database
from cimento.store.vault import conversation_id
from tests.debian import KANNEL, require
from tests.servers import PATIENCE
from tests.sms.server import ALARM, DRIVING, Server

NUMBER = "+33612345678"
LAST = "+33600000000"  # of SMS that are sent to see that others have arrived


def settings(port: int, send_url: str, **changes: Any) -> SmsSettings:
    return SmsSettings(
        provider="kannel",
        public_url=f"http://127.0.0.1:{port}",
        kannel_send_url=send_url,
        kannel_user="cimento",
        kannel_password=changes.get("password", PASSWORD),
        kannel_secret=SECRET,
        kannel_from=OWN,
    )


class Gateway:
    """Kannel and the channel, talking to each other."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.kannel = Kannel(folder, port)
        database = open_database(f"sqlite:///{folder / 'sms.db'}")
        self.engine = database.engine
        self.settings = settings(port, self.kannel.send_url)
        self.provider = KannelProvider(self.settings, Ledger(self.engine))
        channel = SmsInput(self.settings, database=database, provider=self.provider)
        self.server = Server(channel, port=port)
        # The one who writes in most tests has written before: no disclosure.
        spoken = SimpleNamespace(type_name="bot", data={})
        self.server.assistant.events[conversation_id(NUMBER)] = [spoken]

    def answers(self, write: Callable[[], None], count: int = 1) -> list[tuple[str, str]]:
        """Return the SMS that arrive after `write`: the `count` that are awaited, or more."""
        before = len(self.received())
        write()
        wait_until(lambda: len(self.received()) >= before + count, PATIENCE)
        return self.settled()[before:]

    def received(self) -> list[tuple[str, str]]:
        """Return (number, raw message) of what phones received, but those of `settled`."""
        return [sms for sms in self.kannel.received() if sms[0] != LAST]

    def settled(self) -> list[tuple[str, str]]:
        """Return what phones received, once all that was sent until now has arrived.

        One more SMS is sent, and waited for: Kannel keeps their order.
        """
        last = uuid.uuid4().hex
        self.provider.send(LAST, last, last)
        wait_until(lambda: (LAST, f"text {last}") in self.kannel.received(), PATIENCE)
        return self.received()

    def await_requests(self, count: int) -> None:
        """Wait until the channel has answered `count` messages of Kannel, well or badly."""
        wait_until(lambda: self.requests >= count, PATIENCE)

    @property
    def requests(self) -> int:
        return self.server.answered.count("/webhooks/sms/kannel")

    def heard(self) -> list[str]:
        return [text for _, text in self.server.assistant.heard]


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


def concatenated(reference: int, *parts: str) -> list[str]:
    """Return the parts of one long message, each with its user data header."""
    headers = (bytes((5, 0, 3, reference, len(parts), n)) for n in range(1, len(parts) + 1))
    escaped = ("".join(f"%{byte:02x}" for byte in header) for header in headers)
    return [f"udh-text {header} {part}" for header, part in zip(escaped, parts, strict=True)]


def joined(pieces: list[tuple[str, str]]) -> str:
    """Return the text of a long message, as a phone puts its segments together."""
    assert all(piece.startswith("udh %05%00%03") for _, piece in pieces)
    return "".join(unquote(piece.split(" data ")[1].replace("+", " ")) for _, piece in pieces)


def test_a_message_is_answered_with_its_accents(gateway: Gateway) -> None:
    def write() -> None:
        gateway.kannel.write("+33655555555", "text je peux déjà conduire ? à bientôt, ça ira €")

    ((number, sms),) = gateway.answers(write)
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


def test_a_short_code_gets_nothing(gateway: Gateway) -> None:
    heard, received, requests = len(gateway.heard()), len(gateway.received()), gateway.requests
    gateway.kannel.write("36179", "text votre solde")
    gateway.await_requests(requests + 1)
    assert (len(gateway.heard()), len(gateway.settled())) == (heard, received)


def test_a_wrong_password_is_temporary(gateway: Gateway) -> None:
    wrong = settings(1, gateway.kannel.send_url, password="wrong")
    provider = KannelProvider(wrong, Ledger(gateway.engine))
    with pytest.raises(TemporaryFailure, match="CIMENTO_KANNEL_PASSWORD"):
        provider.send(NUMBER, "Bonjour", "r1")
    assert provider.state_of("r1") == "absent"


# Without the gateway: what anybody may ask of its routes.


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
