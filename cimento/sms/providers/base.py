"""What every SMS provider does: read requests it makes to us, send, know what became of it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from sqlalchemy.exc import SQLAlchemyError

from cimento.sms.gateway import Knowledge, PermanentFailure, TemporaryFailure, UncertainFailure
from cimento.sms.ledger import Ledger
from cimento.sms.transliterate import to_gsm7

__all__ = [
    "PermanentFailure",
    "Provider",
    "Received",
    "Refused",
    "TemporaryFailure",
    "UncertainFailure",
]

ReportedState = Literal["accepted", "delivered", "failed"]
MAX_ID = 100  # characters of a message id; a longer one is no provider's


class Refused(Exception):
    """A request that is not answered. `status`: 403 not authentic, 400 malformed.

    The message says why, without a number or a text.
    """

    def __init__(self, status: Literal[400, 403], reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Received:
    """An HTTP request, as far as providers read it. Headers have lower-case names."""

    path_and_query: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def query(self) -> str:
        """What follows the question mark, still encoded."""
        return self.path_and_query.partition("?")[2]


@dataclass(frozen=True)
class Inbound:
    """A message from a phone. `number` as the provider writes it; `media`: attachments."""

    id: str
    number: str
    text: str
    media: int = 0


@dataclass(frozen=True)
class Report:
    """What became of a message that we sent."""

    reference: str
    state: ReportedState


@dataclass(frozen=True)
class Route:
    """A route under /webhooks/sms."""

    method: Literal["GET", "POST"]
    path: str


def fields(encoded: str, encoding: str = "utf-8") -> dict[str, str]:
    """Return the fields of a form or a query, blank ones too. Refused: 400 when malformed."""
    try:
        pairs = parse_qsl(
            encoded, keep_blank_values=True, encoding=encoding, errors="strict", max_num_fields=200
        )
    except ValueError as error:
        raise Refused(400, "the fields cannot be read") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(400, "a field is given twice")
    return found


def required(found: Mapping[str, str], name: str, longest: int | None = None) -> str:
    """Return the field `name`; Refused when it is missing, empty or too long."""
    value = found.get(name, "")
    if not value or (longest and len(value) > longest):
        raise Refused(400, f"the field {name} is missing or too long")
    return value


class Provider(ABC):
    """One SMS provider. It is a followup.gateway.Gateway, for conversations as well."""

    name: str
    inbound: Route
    reports: Route | None = None  # None: states are known without reports
    acknowledgement: tuple[str, str] = ("", "text/plain; charset=utf-8")  # body, content type

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @abstractmethod
    def read(self, received: Received) -> Inbound:
        """Return the message of an authentic request; Refused otherwise."""

    def read_report(self, received: Received) -> Report | None:
        """Return the report of an authentic request, None when it tells nothing new."""
        return None

    @abstractmethod
    def _transmit(self, number: str, text: str, reference: str) -> str:
        """Call the provider once; return its id. Raises as `send` does."""

    def send(self, number: str, text: str, reference: str, urgent: bool = False) -> str:
        """Send `text`, written in GSM-7, to an E.164 number; return the provider's id.

        A `reference` is sent once for ever: sent again, it returns the first id. What is `urgent`
        is sent even when the database cannot say so (or was cut off, see Ledger.begin).
        Raises TemporaryFailure, PermanentFailure, UncertainFailure; SQLAlchemyError when it is
        not urgent and the database is away.
        """
        noted = self._ledger.noted_elsewhere(reference)
        if noted is not None:
            return noted
        try:
            already = self._ledger.begin(reference, urgent)
        except SQLAlchemyError:
            if not urgent:
                raise
            return self._ledger.read_sent(reference) or self._send_unbegun(number, text, reference)
        if already is not None:
            return already
        try:
            provider_id = self._transmit(number, to_gsm7(text), reference)
        except (TemporaryFailure, PermanentFailure):
            self._ledger.record(reference, "refused")
            raise
        self._ledger.remember(reference, provider_id)
        try:
            self._ledger.record(reference, "accepted", provider_id)
        except SQLAlchemyError:  # sent all the same: its report will say so
            self._ledger.note_elsewhere(reference, provider_id)
        return provider_id

    def _send_unbegun(self, number: str, text: str, reference: str) -> str:
        provider_id = self._transmit(number, to_gsm7(text), reference)
        self._ledger.remember(reference, provider_id)
        self._ledger.note_elsewhere(reference, provider_id)
        return provider_id

    def record_late(self) -> None:
        """Record what was sent while the ledger could not be written. SQLAlchemyError: not yet."""
        self._ledger.record_what_was_noted()

    def state_of(self, reference: str) -> Knowledge:
        """Return "sent", "absent" (certainly not sent) or "unknown"."""
        return self._ledger.state_of(reference)

    def note(self, report: Report) -> bool:
        """Record what `report` says; return whether it is about a message of ours.

        One that the ledger has not heard of may have been sent while it could not be written: it
        is not to be sent again.
        """
        known = self._ledger.record(report.reference, report.state)
        if not known and report.state != "failed" and self._ledger.state(report.reference) is None:
            self._ledger.record_sent(report.reference, "")
        return known
