"""What is held about a number: give it, erase it. What is too old: see retention."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from cimento.followup import alerts, audit, care, on_call, people
from cimento.followup.models import (
    Alert,
    AlertCall,
    AlertEvent,
    Consent,
    Delivery,
    Enrolment,
    OptOut,
    Person,
    State,
)
from cimento.followup.protocol import Protocol as FollowUpProtocol
from cimento.sms.numbers import international
from cimento.sms.tables import INBOUND, PHONE
from cimento.store.asked import Asked
from cimento.store.database import Database, checkpoint
from cimento.store.vault import WARD, conversation_id, decrypt


class ErasureRefused(Exception):
    """What is held cannot be erased yet; the message says why, and what to do."""


class Conversations(Protocol):
    """Where the assistant keeps what was said."""

    @property
    def asked(self) -> Asked:
        """What is counted beside the conversations, of all together."""
        ...

    def read(self, conversation: str) -> list[dict[str, Any]]:
        """Return the events of a conversation, oldest first."""
        ...

    def erase(self, conversation: str) -> int:
        """Erase a conversation; return how many events it had."""
        ...

    def purge(self, before: float, chosen: Callable[[str], bool]) -> int:
        """Erase the conversations that are `chosen` by their id and whose last event is older
        than `before` (seconds since 1970); return how many."""
        ...


class SmsConversations:
    """Conversations (see Conversations), with what the SMS channel keeps about each."""

    def __init__(self, conversations: Conversations, engine: Engine) -> None:
        self._conversations = conversations
        self._engine = engine

    @property
    def asked(self) -> Asked:
        """What is counted beside the conversations, of all together."""
        return self._conversations.asked

    def read(self, conversation: str) -> list[dict[str, Any]]:
        """Return the events of a conversation, oldest first; the channel keeps no more."""
        return self._conversations.read(conversation)

    def erase(self, conversation: str) -> int:
        """Erase a conversation; return how many events and rows it had."""
        erased = self._conversations.erase(conversation)
        with self._engine.begin() as connection:
            for table in (INBOUND, PHONE):
                rows = table.delete().where(table.c.conversation == conversation)
                erased += int(connection.execute(rows).rowcount)
        return erased

    def purge(self, before: float, chosen: Callable[[str], bool]) -> int:
        """Erase old conversations; the channel's own rows go by their own age."""
        return self._conversations.purge(before, chosen)


def _rows(session: Session, table: Any, conversation: str) -> list[Any]:
    query = sa.select(table).where(table.conversation_id == conversation).order_by(table.id)
    return list(session.execute(query).scalars())


def _plain(row: Any, *names: str) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def export(
    database: Database, conversations: Conversations, protocol: FollowUpProtocol, number: str
) -> dict[str, Any]:
    """Return everything held about a number, ready for JSON. Raises NumberRefused."""
    conversation = conversation_id(international(number))
    held: dict[str, Any] = {"conversation": conversations.read(conversation)}
    with database.begin() as session:
        if people.is_opted_out(session, conversation):
            held["opted_out"] = _plain(session.get(OptOut, conversation), "at")
        person = people.lock(session, conversation)
        if person is None:
            return held
        held["number"] = decrypt(person.number)
        held["person"] = _plain(person, "unreachable_at", "last_message_at")
        held["consents"] = [
            _plain(row, "event", "recorded_by", "at")
            for row in _rows(session, Consent, conversation)
        ]
        held["enrolments"] = [
            {
                **_plain(row, "id", "discharge_at", "act_at", "created_at"),
                **_plain(row, "paused_at", "cancelled_at"),
                "ward_reference": row.ward_reference and decrypt(row.ward_reference, WARD),
            }
            for row in _rows(session, Enrolment, conversation)
        ]
        names = ["enrolment_id", "step", "state", "reason", "next_at", "sent_at", "answered_at"]
        names += ["outcome"]
        held["messages"] = [
            {**_plain(row, *names), "text": protocol.text(row.step)}
            for row in people.deliveries_of(session, conversation, *State)
        ]
        held["alerts"] = [
            {
                **_plain(
                    alerts.view(session, row, person.number),
                    *("kind", "level", "words", "detail", "created_at", "taken_at", "taken_by"),
                    *("acknowledged_at", "acknowledged_by", "outcome"),
                ),
                "events": [
                    _plain(event, "event", "by", "at", "note")
                    for event in care.events(session, row.id)
                ],
                "calls": [
                    _plain(call, "who", "state", "due_at", "sent_at")
                    for call in on_call.read_calls(session, [row.id])[row.id]
                ],
            }
            for row in _rows(session, Alert, conversation)
        ]
        return held


def erase(database: Database, conversations: Conversations, conversation: str) -> bool:
    """Erase a conversation, then the person; return whether anything was held."""
    events = conversations.erase(conversation)
    with database.begin() as session:
        return _erase_person(session, conversation) or events > 0


def _erase_person(session: Session, conversation: str) -> bool:
    """Erase all that the engine holds about a person; return whether they were known."""
    if people.lock(session, conversation) is None:
        return False
    enrolments = sa.select(Enrolment.id).where(Enrolment.conversation_id == conversation)
    options = {"synchronize_session": False}
    session.execute(
        sa.delete(Delivery).where(Delivery.enrolment_id.in_(enrolments)),
        execution_options=options,
    )
    ours = sa.select(Alert.id).where(Alert.conversation_id == conversation)
    for about in (AlertEvent, AlertCall):
        session.execute(sa.delete(about).where(about.alert_id.in_(ours)), execution_options=options)
    for table in (Alert, Consent, Enrolment, Person):
        session.execute(
            sa.delete(table).where(table.conversation_id == conversation),
            execution_options=options,
        )
    return True


def forget(
    database: Database,
    conversations: Conversations,
    number: str,
    by: str,
    now: datetime,
    even_open: bool = False,
) -> bool:
    """Erase everything held about a number; return whether there was anything. `by`: who asks, for
    the audit trail.

    Raises NumberRefused; ErasureRefused while an alert about it waits for somebody, unless
    `even_open`, which the trail says. A STOP stays, as a keyed hash and a date: without it, the
    next SMS would be sent. Nothing of the rest stays in SQLite's write-ahead log either.
    """
    conversation = conversation_id(international(number))
    with database.begin() as session:  # one: no alert comes between being looked for and erased
        people.lock(session, conversation)
        open_alerts = _open_alerts(session, conversation)
        if open_alerts and not even_open:
            raise ErasureRefused(
                f"Alerts {', '.join(map(str, open_alerts))} about this number wait for somebody: "
                "read and acknowledge them first (or erase them unread: --even-open, even_open)."
            )
        done = "erase even open" if open_alerts else "erase"
        audit.record(session, by, done, conversation, now)
        known = _erase_person(session, conversation)
    events = conversations.erase(conversation)
    checkpoint(database.engine)
    return known or events > 0


def _open_alerts(session: Session, conversation: str) -> list[int]:
    query = sa.select(Alert.id).where(
        Alert.conversation_id == conversation, Alert.acknowledged_at.is_(None)
    )
    return list(session.execute(query.order_by(Alert.id)).scalars())
