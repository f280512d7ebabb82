"""The people who get SMS, and the lock on which every change rests.

Whoever changes anything about a person takes the lock of that person's row first, until the
end of the transaction. So two workers never decide about the same SMS together.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup.models import Consent, Delivery, Enrolment, OptOut, Person, State
from cimento.store.database import Database
from cimento.store.vault import conversation_id, encrypt, keyed_hash

PROVIDER, PATIENT = "provider", "patient"  # who recorded a STOP or a START


def tail_key(number: str) -> str:
    """Return what finds people by the end of their number: a keyed hash of its last four digits."""
    return keyed_hash(number[-4:], "ends of numbers")


def lock(session: Session, conversation: str) -> Person | None:
    """Return the person, locked until the transaction ends; None when unknown (or erased)."""
    query = sa.select(Person).where(Person.conversation_id == conversation)
    return session.execute(query.with_for_update()).scalar_one_or_none()


def lock_or_add(session: Session, number: str, now: datetime) -> Person:
    """Return the person of an E.164 `number`, locked, known from now on."""
    conversation = conversation_id(number)
    person = lock(session, conversation)
    if person is not None:
        return person
    try:
        with session.begin_nested():
            session.add(
                Person(
                    conversation_id=conversation,
                    number=encrypt(number),
                    tail_key=tail_key(number),
                    last_message_at=now,
                )
            )
    except sa.exc.IntegrityError:
        pass  # another process was first
    person = lock(session, conversation)
    assert person is not None  # erased between two statements: the caller's request fails
    return person


def deliveries_of(session: Session, conversation: str, *states: State) -> list[Delivery]:
    """Return the person's deliveries in these states, oldest first."""
    query = (
        sa.select(Delivery)
        .join(Enrolment)
        .where(Enrolment.conversation_id == conversation, Delivery.state.in_(states))
        .order_by(Delivery.id)
    )
    return list(session.execute(query).scalars())


def remember(database: Database, number: str, at: datetime) -> str:
    """Note that an E.164 `number` wrote, so that the team can call back; return its name."""
    with database.begin() as session:
        person = lock_or_add(session, number, at)
        person.last_message_at = max(at, person.last_message_at)
        person.unreachable_at = None
        return str(person.conversation_id)


def is_opted_out(session: Session, conversation: str) -> bool:
    """Return whether this conversation said STOP and has not said REPRENDRE since."""
    return session.get(OptOut, conversation) is not None


def opt_out(session: Session, conversation: str, by: str, at: datetime) -> bool:
    """Stop everything that was going to be sent; return False when STOP was said already.

    The person, if there is one, must be locked.
    """
    if is_opted_out(session, conversation):
        return False
    try:
        with session.begin_nested():
            session.add(OptOut(conversation_id=conversation, at=at))
    except sa.exc.IntegrityError:
        return False  # another process was first
    if session.get(Person, conversation) is not None:
        session.add(Consent(conversation_id=conversation, event="stop", recorded_by=by, at=at))
    for delivery in deliveries_of(session, conversation, State.PENDING):
        delivery.state = State.OPTED_OUT
    for delivery in deliveries_of(session, conversation, State.SENT, State.DELIVERED):
        delivery.reply_due_at = None
    return True
