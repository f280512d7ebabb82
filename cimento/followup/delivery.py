"""One delivery: how it is made, who has claimed it, what is noted of it.

All of it happens in a transaction of the caller's (see deliveries), under the lock of the person
it is about.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from cimento.followup import alerts, people, schedule
from cimento.followup.models import AlertKind, Delivery, Kind, Person, State
from cimento.followup.protocol import Protocol

TOO_LATE, UNREACHABLE = "too late", "number unreachable"
LONGEST_REASON = 200  # characters, the column's


@dataclass(frozen=True)
class Due:
    """A delivery to look at, and whose it is."""

    id: int
    conversation_id: str


@dataclass(frozen=True)
class Claim:
    """A delivery that one worker alone may hand to the provider. `attempt` tells the claims
    of one delivery apart."""

    id: int
    attempt: int
    conversation_id: str
    number: str = field(repr=False)
    step: str
    kind: Kind
    reference: str
    at: datetime
    home: str = ""  # of two patients on one phone, the one who came home so: "le 24"


class Locked(NamedTuple):
    """A delivery and its person, whose lock is held until the transaction ends."""

    person: Person
    delivery: Delivery


def new_delivery(step: str, kind: Kind, window: schedule.Window) -> Delivery:
    """Return a delivery to be sent in `window`."""
    return Delivery(
        step=step,
        kind=kind,
        reference=secrets.token_hex(16),
        state=State.PENDING,
        next_at=window.due,
        expires_at=window.expires,
        attempts=0,
    )


def mark_sent(
    session: Session, person: Person, delivery: Delivery, at: datetime, protocol: Protocol
) -> None:
    """Note that the provider took a delivery of a locked person; await the answer, if any."""
    delivery.state, delivery.sent_at, delivery.reason = State.SENT, at, None
    person.last_message_at = max(at, person.last_message_at)
    asks = delivery.kind != Kind.ADVICE and delivery.answered_at is None
    if asks and not people.is_opted_out(session, person.conversation_id):
        delivery.reply_due_at = schedule.after(at, protocol.reminder.moment.hours)


def lock(session: Session, due: Due | Claim) -> Locked | None:
    """Return a delivery whose person is locked by this transaction; None when either is gone."""
    person = people.lock(session, due.conversation_id)
    delivery = session.get(Delivery, due.id) if person else None
    return Locked(person, delivery) if person and delivery else None


def alert(
    session: Session, person: Person, delivery: Delivery, kind: AlertKind, at: datetime
) -> None:
    """Tell the team of a delivery, once for each kind."""
    # A check-in and its reminder are one silence.
    cause = f"{kind.value}-{delivery.enrolment_id}-{delivery.step.removesuffix('.reminder')}"
    detail = ": ".join(part for part in (delivery.step, delivery.reason) if part)
    about = {"detail": detail[:LONGEST_REASON], "enrolment_id": delivery.enrolment_id}
    alerts.add(session, person.conversation_id, kind, at, cause, **about)
