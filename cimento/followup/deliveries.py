"""The deliveries: which are due, who has claimed them, what became of them.

Each public function is one transaction, and takes the lock of the person it is about
(see people). The protocol's texts are not stored: a delivery names its step.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup import people, phone, schedule
from cimento.followup.delivery import (
    LONGEST_REASON,
    TOO_LATE,
    UNREACHABLE,
    Claim,
    Due,
    Locked,
    alert,
    lock,
    mark_sent,
    new_delivery,
)
from cimento.followup.models import AlertKind, Delivery, Enrolment, Kind, State
from cimento.followup.protocol import REMINDER, Protocol
from cimento.sms.gateway import PermanentFailure
from cimento.store.database import Database
from cimento.store.vault import decrypt


class Deliveries:
    """All that a worker does to deliveries in the database."""

    def __init__(self, database: Database, protocol: Protocol) -> None:
        self._database = database
        self._protocol = protocol

    def _select(self, limit: int, *conditions: sa.sql.ColumnElement) -> list[Due]:
        query = (
            sa.select(Delivery.id, Enrolment.conversation_id)
            .join(Enrolment)
            .where(*conditions)
            .order_by(Delivery.next_at)
            .limit(limit)
        )
        with self._database.begin() as session:
            return [Due(*row) for row in session.execute(query)]

    def due(self, now: datetime, limit: int) -> list[Due]:
        """Return what may be sent now, the oldest first."""
        return self._select(
            limit,
            Delivery.state == State.PENDING,
            Delivery.next_at <= now,
            Delivery.expires_at > now,
            Enrolment.paused_at.is_(None),
        )

    def too_late(self, now: datetime, limit: int) -> list[Due]:
        """Return what was not sent in time."""
        return self._select(limit, Delivery.state == State.PENDING, Delivery.expires_at <= now)

    def unanswered(self, now: datetime, limit: int) -> list[Due]:
        """Return the check-ins and reminders whose answer should have come."""
        return self._select(limit, Delivery.reply_due_at <= now)

    def claimed_before(self, moment: datetime, limit: int) -> list[Due]:
        """Return what a worker claimed before `moment` and never recorded."""
        return self._select(limit, Delivery.state == State.CLAIMED, Delivery.claimed_at <= moment)

    def claim(self, due: Due, now: datetime) -> Claim | None:
        """Take a delivery for this worker alone; None when it is not to be sent any more."""
        with self._database.begin() as session:
            locked = lock(session, due)
            if not locked:
                return None
            person, delivery = locked
            if delivery.state != State.PENDING or not delivery.next_at <= now < delivery.expires_at:
                return None
            enrolment = session.get(Enrolment, delivery.enrolment_id)
            others = phone.others(session, enrolment)
            asks = delivery.kind != Kind.ADVICE
            if enrolment.paused_at or (asks and phone.awaits_an_answer(session, others)):
                return None
            delivery.state, delivery.claimed_at = State.CLAIMED, now
            delivery.attempts += 1
            return Claim(
                delivery.id,
                delivery.attempts,
                person.conversation_id,
                decrypt(person.number),
                delivery.step,
                Kind(delivery.kind),
                delivery.reference,
                now,
                phone.home(enrolment, others),
            )

    def _still_claimed(self, session: Session, claim: Claim) -> Locked | None:
        locked = lock(session, claim)
        if not locked or locked.delivery.attempts != claim.attempt:
            return None
        return locked if locked.delivery.state == State.CLAIMED else None

    def record_sent(self, claim: Claim, provider_id: str | None, now: datetime) -> None:
        """Record that the provider took the SMS."""
        with self._database.begin() as session:
            locked = self._still_claimed(session, claim)
            if locked:
                locked.delivery.provider_id = provider_id
                mark_sent(session, *locked, now, self._protocol)

    def record_retry(self, claim: Claim, reason: str, now: datetime) -> None:
        """Record a temporary failure: tried again later, while it is still true."""
        with self._database.begin() as session:
            locked = self._still_claimed(session, claim)
            if locked:
                delivery = locked.delivery
                delivery.state, delivery.reason = State.PENDING, reason[:LONGEST_REASON]
                delivery.next_at = now + schedule.retry_delay(claim.attempt)

    def release(self, claim: Claim, now: datetime) -> None:
        """Give back a claim of which the provider is sure that nothing was sent."""
        with self._database.begin() as session:
            locked = self._still_claimed(session, claim)
            if locked:
                locked.delivery.state, locked.delivery.next_at = State.PENDING, now

    def record_refused(self, claim: Claim, failure: PermanentFailure, now: datetime) -> None:
        """Record a permanent failure: nothing more goes to this number, the team is told."""
        with self._database.begin() as session:
            locked = self._still_claimed(session, claim)
            if not locked:
                return
            person, delivery = locked
            delivery.state, delivery.reason = State.FAILED, str(failure)[:LONGEST_REASON]
            if failure.opted_out:
                people.opt_out(session, person.conversation_id, people.PROVIDER, now)
                alert(session, person, delivery, AlertKind.STOP, now)
                return
            person.unreachable_at = now
            for other in people.deliveries_of(session, person.conversation_id, State.PENDING):
                other.state, other.reason = State.DROPPED, UNREACHABLE
            alert(session, person, delivery, AlertKind.UNDELIVERABLE, now)

    def record_unknown(self, claim: Claim, now: datetime) -> None:
        """Hand to a human an SMS of which nobody can say whether it went out."""
        with self._database.begin() as session:
            locked = self._still_claimed(session, claim)
            if locked:
                locked.delivery.state = State.UNKNOWN
                alert(session, *locked, AlertKind.UNKNOWN, now)

    def abandoned(self, due: Due) -> Claim | None:
        """Return the claim that a dead worker left on a delivery, None when it was recorded."""
        with self._database.begin() as session:
            locked = lock(session, due)
            if not locked or locked.delivery.state != State.CLAIMED:
                return None
            person, delivery = locked
            return Claim(
                delivery.id,
                delivery.attempts,
                person.conversation_id,
                "",
                delivery.step,
                Kind(delivery.kind),
                delivery.reference,
                delivery.claimed_at,
            )

    def drop(self, due: Due, now: datetime) -> None:
        """Record that a delivery is not true any more.

        The team is told if the provider refused it until then, if it is a reminder, or if it is a
        check-in that waited for the answer of another patient on the same phone.
        """
        with self._database.begin() as session:
            locked = lock(session, due)
            if not locked:
                return
            person, delivery = locked
            if delivery.state != State.PENDING or delivery.expires_at > now:
                return
            if delivery.attempts:
                delivery.state = State.FAILED
                alert(session, person, delivery, AlertKind.UNDELIVERABLE, now)
                return
            delivery.state, delivery.reason = State.DROPPED, TOO_LATE
            enrolment = session.get(Enrolment, delivery.enrolment_id)
            if enrolment.paused_at:
                return
            if delivery.kind == Kind.REMINDER:
                alert(session, person, delivery, AlertKind.SILENCE, now)
            others = phone.others(session, enrolment)
            if delivery.kind == Kind.CHECK_IN and phone.awaits_an_answer(session, others):
                alert(session, person, delivery, AlertKind.UNDELIVERABLE, now)

    def chase(self, due: Due, now: datetime) -> None:
        """Act on a missing answer: plan the reminder, or after it tell the team."""
        with self._database.begin() as session:
            locked = lock(session, due)
            if not locked:
                return
            person, delivery = locked
            if not delivery.reply_due_at or delivery.reply_due_at > now:
                return
            missed_at, delivery.reply_due_at = delivery.reply_due_at, None
            if delivery.kind == Kind.REMINDER:
                alert(session, person, delivery, AlertKind.SILENCE, now)
                return
            until = missed_at + self._protocol.reminder.valid_for
            reminder = new_delivery(
                f"{delivery.step}.{REMINDER}", Kind.REMINDER, schedule.Window(missed_at, until)
            )
            reminder.enrolment_id = delivery.enrolment_id
            session.add(reminder)

    def record_report(self, reference: str, delivered: bool, reason: str, at: datetime) -> bool:
        """Record a provider's delivery report; False when it is about nothing known.

        A report settles what a dead worker left open, too.
        """
        query = sa.select(Delivery.id, Enrolment.conversation_id).join(Enrolment)
        with self._database.begin() as session:
            row = session.execute(query.where(Delivery.reference == reference)).first()
            locked = lock(session, Due(*row)) if row else None
            if not locked:
                return False
            person, delivery = locked
            if delivery.state in (State.CLAIMED, State.UNKNOWN):
                mark_sent(session, person, delivery, at, self._protocol)
            if delivered and delivery.state in (State.SENT, State.FAILED):
                delivery.state, delivery.reason = State.DELIVERED, None
            elif not delivered and delivery.state == State.SENT:
                delivery.state, delivery.reason = State.FAILED, reason[:LONGEST_REASON]
                delivery.reply_due_at = None
                alert(session, person, delivery, AlertKind.UNDELIVERABLE, at)
            return True
