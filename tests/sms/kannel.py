"""Kannel and the SMS channel, talking to each other on loopback."""

import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from cimento.bench.kannel import OWN, PASSWORD, SECRET, Kannel
from cimento.channels.sms.channel import SmsInput
from cimento.ops.processes import free_port, wait_until
from cimento.settings.sms import SmsSettings
from cimento.sms.ledger import Ledger
from cimento.sms.providers.kannel import KannelProvider
from cimento.store.database import open_database
from cimento.store.vault import conversation_id
from tests.servers import PATIENCE
from tests.sms.server import Server

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


def concatenated(reference: int, *parts: str) -> list[str]:
    """Return the parts of one long message, each with its user data header."""
    headers = (bytes((5, 0, 3, reference, len(parts), n)) for n in range(1, len(parts) + 1))
    escaped = ("".join(f"%{byte:02x}" for byte in header) for header in headers)
    return [f"udh-text {header} {part}" for header, part in zip(escaped, parts, strict=True)]


def joined(pieces: list[tuple[str, str]]) -> str:
    """Return the text of a long message, as a phone puts its segments together."""
    assert all(piece.startswith("udh %05%00%03") for _, piece in pieces)
    return "".join(unquote(piece.split(" data ")[1].replace("+", " ")) for _, piece in pieces)
