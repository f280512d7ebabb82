"""What a patient's message changes: the outcome of the check-in it answers, STOP, REPRENDRE."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup import alerts, people
from cimento.followup.models import AlertKind, Consent, Delivery, Enrolment, Kind, OptOut, State
from cimento.followup.outcome import (
    CLOSED,
    CORRECTED_WITHIN,
    HUMAN,
    WRONG_PERSON,
    Outcome,
    decide,
)
from cimento.followup.protocol import REMINDER
from cimento.store.database import Database
from cimento.store.vault import conversation_id

_ASKED = (State.CLAIMED, State.SENT, State.DELIVERED, State.UNKNOWN)
_WRONG_NUMBER, _ANSWERED, _TOLD = "wrong number", "answered", "the team is told"


@dataclass(frozen=True)
class Turn:
    """What somebody wrote, and what it was answered.

    `number`: see sms.numbers.sender; `at`: aware; `text`: in their own words; `level`: of the
    advice given, see answers.catalogue.LEVELS; `topics`: of all the answers; `message_id`: the
    provider's.
    """

    number: str = field(repr=False)
    at: datetime
    text: str = field(repr=False)
    level: str
    message_id: str
    topics: tuple[str, ...] = ()

    @property
    def alerts(self) -> bool:
        """Whether the team is told of these words: an alarm, a wish to speak to a human."""
        return self.level != "none" or HUMAN in self.topics


def record(database: Database, turn: Turn) -> int | None:
    """Note that somebody wrote, and what it says to the last check-in they were asked.

    Late answers count too; a correction does for CORRECTED_WITHIN. Return the follow-up that the
    message is about, None when it answers no check-in.
    """
    conversation = conversation_id(turn.number)
    with database.begin() as session:
        person = people.lock(session, conversation)
        if person is None:
            return None
        person.last_message_at = max(turn.at, person.last_message_at)
        asked = _last_asked(session, conversation)
        if WRONG_PERSON in turn.topics:
            person.unreachable_at = turn.at
            _forget_number(session, conversation, asked, turn)
        if not asked:
            return None
        check_in = asked[0]
        if check_in.answered_at and turn.at - check_in.answered_at > CORRECTED_WITHIN:
            return None
        before = Outcome(check_in.outcome) if check_in.outcome else None
        outcome = decide(before, turn.topics, turn.level)
        for delivery in asked:
            delivery.outcome = outcome.value
        if outcome in CLOSED:
            for delivery in asked:
                delivery.answered_at = delivery.answered_at or turn.at
            _await_no_more(session, conversation, asked, _ANSWERED)
        elif outcome == before == Outcome.UNRESOLVED:
            _await_no_more(session, conversation, asked, _TOLD)
            kind, step = AlertKind.UNRESOLVED, check_in.step.partition(".")[0]
            cause = f"{kind.value}-{check_in.enrolment_id}-{step}"
            about = {"words": turn.text, "detail": step, "enrolment_id": check_in.enrolment_id}
            alerts.add(session, conversation, kind, turn.at, cause, **about)
        return int(check_in.enrolment_id)


def stop(database: Database, conversation: str, at: datetime, words: str | None = None) -> bool:
    """Record STOP, of anybody; tell the team when it ends a follow-up.

    `words`: the patient's own. Return False when it was recorded already.
    """
    with database.begin() as session:
        people.lock(session, conversation)
        if not people.opt_out(session, conversation, people.PATIENT, at):
            return False
        followed_up = sa.select(Enrolment.id).where(Enrolment.conversation_id == conversation)
        if session.execute(followed_up.limit(1)).first():
            cause = f"{AlertKind.STOP.value}-{uuid.uuid4().hex}"
            alerts.add(session, conversation, AlertKind.STOP, at, cause, words=words)
        return True


def start(database: Database, conversation: str, at: datetime) -> None:
    """Record REPRENDRE: what is still true will be sent."""
    with database.begin() as session:
        person = people.lock(session, conversation)
        wish = session.get(OptOut, conversation)
        if wish is None:
            return
        session.delete(wish)
        if person is None:
            return
        session.add(
            Consent(conversation_id=conversation, event="start", recorded_by=people.PATIENT, at=at)
        )
        for delivery in people.deliveries_of(session, conversation, State.OPTED_OUT):
            if delivery.expires_at > at:
                delivery.state = State.PENDING


def _last_asked(session: Session, conversation: str) -> list[Delivery]:
    """Return the check-in that the person was asked last, its reminder after it; or nothing."""
    asked = [
        d for d in people.deliveries_of(session, conversation, *_ASKED) if d.kind != Kind.ADVICE
    ]
    if not asked:
        return []
    last = max(asked, key=lambda delivery: (delivery.sent_at or delivery.claimed_at, delivery.id))
    steps = (last.step.removesuffix(f".{REMINDER}"), last.step)
    return [d for d in asked if d.enrolment_id == last.enrolment_id and d.step in steps]


def _await_no_more(session: Session, conversation: str, asked: list[Delivery], why: str) -> None:
    for delivery in asked:
        delivery.reply_due_at = None
    for delivery in people.deliveries_of(session, conversation, State.PENDING):
        if delivery.kind == Kind.REMINDER and delivery.enrolment_id == asked[0].enrolment_id:
            delivery.state, delivery.reason = State.DROPPED, why


def _forget_number(session: Session, conversation: str, asked: list[Delivery], turn: Turn) -> None:
    """Send nothing more to a number that is not the patient's, until somebody is enrolled."""
    planned = people.deliveries_of(session, conversation, State.PENDING)
    for delivery in planned:
        delivery.state, delivery.reason = State.DROPPED, _WRONG_NUMBER
    for delivery in [*asked, *planned][:1]:
        cause = f"{AlertKind.WRONG_PERSON.value}-{delivery.enrolment_id}"
        about = {"words": turn.text, "enrolment_id": delivery.enrolment_id}
        alerts.add(session, conversation, AlertKind.WRONG_PERSON, turn.at, cause, **about)
