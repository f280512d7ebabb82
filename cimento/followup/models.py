"""The tables. Numbers and words are encrypted; the rest names nobody."""

from enum import Enum

import sqlalchemy as sa

from cimento.store.base import Base, UtcDateTime


class State(str, Enum):
    """Where a delivery stands."""

    PENDING = "pending"  # not due, or to be tried again
    CLAIMED = "claimed"  # one worker is handing it to the provider, or died doing so
    SENT = "sent"  # the provider has taken it
    DELIVERED = "delivered"  # the provider reports that the phone has it
    FAILED = "failed"  # refused for good
    DROPPED = "dropped"  # not sent, because it was no longer true or no longer needed
    UNKNOWN = "unknown"  # sent or not: the provider cannot tell; a human has been told
    OPTED_OUT = "opted_out"  # not sent, because the person said STOP


class Kind(str, Enum):
    """What an SMS of a follow-up is for."""

    ADVICE = "advice"  # told
    CHECK_IN = "check_in"  # asked; the answer is awaited
    REMINDER = "reminder"  # asked again


class AlertKind(str, Enum):
    """Why the team is told."""

    ALARM = "alarm"  # the assistant gave an escalation advice
    SILENCE = "silence"  # no answer to a check-in nor to its reminder
    UNDELIVERABLE = "undeliverable"  # an SMS was refused, or did not arrive
    HUMAN = "human"  # the patient asks for a human
    UNKNOWN = "unknown"  # an SMS may or may not have gone out
    UNRESOLVED = "unresolved"  # two answers to a check-in that nobody can read
    WRONG_PERSON = "wrong_person"  # somebody else has this number
    STOP = "stop"  # somebody followed up wants no more SMS


class Closing(str, Enum):
    """How somebody of the team closed an alert."""

    REACHED = "reached"
    MESSAGE_LEFT = "message_left"
    TO_PHYSICIAN = "to_physician"
    TO_EMERGENCY = "to_emergency"
    FALSE_ALARM = "false_alarm"
    OTHER = "other"


class Care(str, Enum):
    """What somebody of the team did about an alert."""

    TAKEN = "taken"
    HANDED_OVER = "handed_over"  # given back to everybody, at the end of a shift
    CLOSED = "closed"
    REOPENED = "reopened"


class Person(Base):
    """A number that follow-ups go to, or that has written."""

    __tablename__ = "person"
    conversation_id = sa.Column(sa.String(40), primary_key=True)  # keyed hash of the number
    number = sa.Column(sa.Text, nullable=False)  # encrypted
    tail_key = sa.Column(sa.String(64), index=True)  # keyed hash of its last four digits
    unreachable_at = sa.Column(UtcDateTime)  # the provider refused the number for good
    last_message_at = sa.Column(UtcDateTime, nullable=False, index=True)  # either way


class OptOut(Base):
    """A wish to get no SMS, said here or to the operator.

    Apart from the person: it holds for numbers never enrolled, and after an erasure.
    """

    __tablename__ = "opt_out"
    conversation_id = sa.Column(sa.String(40), primary_key=True)
    at = sa.Column(UtcDateTime, nullable=False)


class Consent(Base):
    """Who recorded that the person agreed, and when; and every STOP and START since."""

    __tablename__ = "consent"
    id = sa.Column(sa.Integer, primary_key=True)
    conversation_id = sa.Column(sa.ForeignKey(Person.conversation_id), nullable=False, index=True)
    event = sa.Column(sa.String(10), nullable=False)  # given, stop, start
    recorded_by = sa.Column(sa.String(100), nullable=False)
    at = sa.Column(UtcDateTime, nullable=False)


class Enrolment(Base):
    """One follow-up of one person."""

    __tablename__ = "enrolment"
    id = sa.Column(sa.Integer, primary_key=True)
    conversation_id = sa.Column(sa.ForeignKey(Person.conversation_id), nullable=False, index=True)
    discharge_at = sa.Column(UtcDateTime, nullable=False)
    act_at = sa.Column(UtcDateTime)
    created_at = sa.Column(UtcDateTime, nullable=False)
    ward_reference = sa.Column(sa.Text)  # the ward's own name for the stay, encrypted
    ward_key = sa.Column(sa.String(64), index=True)  # keyed hash of it
    paused_at = sa.Column(UtcDateTime)  # nothing is sent until it is resumed
    cancelled_at = sa.Column(UtcDateTime)  # nothing is sent any more


class Delivery(Base):
    """One step of one follow-up: at most one row, so at most one SMS."""

    __tablename__ = "delivery"
    id = sa.Column(sa.Integer, primary_key=True)
    enrolment_id = sa.Column(sa.ForeignKey(Enrolment.id), nullable=False)
    step = sa.Column(sa.String(50), nullable=False)
    kind = sa.Column(sa.String(10), nullable=False)  # a Kind
    reference = sa.Column(sa.String(32), nullable=False, unique=True)  # what the provider sees
    state = sa.Column(sa.String(10), nullable=False)
    reason = sa.Column(sa.String(200))  # why it failed or was dropped; nothing about the person
    next_at = sa.Column(UtcDateTime, nullable=False)  # due, or to be tried again
    expires_at = sa.Column(UtcDateTime, nullable=False)
    attempts = sa.Column(sa.Integer, nullable=False, default=0)
    claimed_at = sa.Column(UtcDateTime)
    provider_id = sa.Column(sa.String(100))
    sent_at = sa.Column(UtcDateTime)
    reply_due_at = sa.Column(UtcDateTime, index=True)  # set while an answer is awaited
    answered_at = sa.Column(UtcDateTime)
    outcome = sa.Column(sa.String(20))  # of a check-in: an Outcome, once somebody has written
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "step"),
        sa.Index("ix_delivery_state_next_at", "state", "next_at"),
        sa.Index("ix_delivery_state_expires_at", "state", "expires_at"),
    )


class Alert(Base):
    """Something the team must know, until somebody acknowledges it by name."""

    __tablename__ = "alert"
    id = sa.Column(sa.Integer, primary_key=True)
    conversation_id = sa.Column(sa.ForeignKey(Person.conversation_id), nullable=False, index=True)
    kind = sa.Column(sa.String(20), nullable=False)
    enrolment_id = sa.Column(sa.Integer)  # the follow-up it is about, when that is known
    level = sa.Column(sa.String(10), nullable=False)  # answers.catalogue.LEVELS
    words = sa.Column(sa.Text)  # the patient's own, encrypted
    detail = sa.Column(sa.String(200))  # what the engine knows: a step, a provider's reason
    cause = sa.Column(sa.String(60), nullable=False, unique=True)  # one cause, one alert
    created_at = sa.Column(UtcDateTime, nullable=False)
    next_mail_at = sa.Column(UtcDateTime, index=True)  # when an e-mail about it is due
    taken_at = sa.Column(UtcDateTime)  # somebody takes care of it; it is not closed yet
    taken_by = sa.Column(sa.String(100))
    acknowledged_at = sa.Column(UtcDateTime, index=True)  # nothing is left to do
    acknowledged_by = sa.Column(sa.String(100))
    outcome = sa.Column(sa.String(20))  # a Closing; none when a program acknowledged it


class AlertEvent(Base):
    """One thing that somebody of the team did about an alert; see care."""

    __tablename__ = "alert_event"
    id = sa.Column(sa.Integer, primary_key=True)
    alert_id = sa.Column(sa.ForeignKey(Alert.id), nullable=False, index=True)
    event = sa.Column(sa.String(20), nullable=False)  # a Care
    by = sa.Column(sa.String(100), nullable=False)
    at = sa.Column(UtcDateTime, nullable=False)
    note = sa.Column(sa.Text)  # encrypted


class AlertCall(Base):
    """One call of somebody on duty about an alert that nobody had taken; see on_call. What is about
    several alerts is one call: their rows share its reference."""

    __tablename__ = "alert_call"
    id = sa.Column(sa.Integer, primary_key=True)
    alert_id = sa.Column(sa.ForeignKey(Alert.id), nullable=False)
    step = sa.Column(sa.Integer, nullable=False)  # the alert's first call, its second…
    reference = sa.Column(sa.String(32), nullable=False, index=True)  # what the provider sees
    who = sa.Column(sa.String(100))  # of the rota; none when nobody was on duty
    state = sa.Column(sa.String(10), nullable=False, index=True)  # a State
    due_at = sa.Column(UtcDateTime, nullable=False)
    planned_at = sa.Column(UtcDateTime, nullable=False)
    claimed_at = sa.Column(UtcDateTime)
    sent_at = sa.Column(UtcDateTime)
    __table_args__ = (sa.UniqueConstraint("alert_id", "step"),)


class Audit(Base):
    """One thing that somebody did; see audit. Rows are neither changed nor deleted."""

    __tablename__ = "audit"
    id = sa.Column(sa.Integer, primary_key=True)
    at = sa.Column(UtcDateTime, nullable=False)
    actor = sa.Column(sa.String(100), nullable=False)
    action = sa.Column(sa.String(20), nullable=False)
    about = sa.Column(sa.String(100), nullable=False, index=True)
    digest = sa.Column(sa.String(64), nullable=False)
