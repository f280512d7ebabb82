"""Who is followed up, and all that happened and will happen to one of them."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup import alerts, audit, care, people, phone
from cimento.followup.alerts import AlertView
from cimento.followup.care import CareEvent
from cimento.followup.changes import NoSuchFollowUp
from cimento.followup.models import (
    Alert,
    Audit,
    Consent,
    Delivery,
    Enrolment,
    OptOut,
    Person,
    State,
)
from cimento.followup.protocol import Protocol
from cimento.followup.shown import shown
from cimento.sms.numbers import NumberRefused, international
from cimento.store.database import Database
from cimento.store.vault import WARD, conversation_id, decrypt, keyed_hash


@dataclass(frozen=True)
class FollowUp:
    """One follow-up at a glance, in clear. `next_at`: when its next SMS is due, None when none is;
    `open_alerts`: how many wait for somebody, of its telephone."""

    id: int
    number: str
    ward_reference: str | None
    discharge_at: datetime
    act_at: datetime | None
    paused_at: datetime | None
    cancelled_at: datetime | None
    stopped: bool
    next_at: datetime | None
    open_alerts: int


@dataclass(frozen=True)
class Sent:
    """One SMS of a follow-up: of the past, or planned. `text`: as on the phone."""

    title: str  # of the step, in French
    state: str
    reason: str | None
    at: datetime  # sent, or due
    expires_at: datetime
    answered_at: datetime | None
    outcome: str | None
    text: str

    @property
    def left(self) -> bool:
        """Whether it went out, as far as anybody can tell."""
        return self.state in (State.SENT, State.DELIVERED, State.UNKNOWN)

    @property
    def is_to_come(self) -> bool:
        """Whether it is still to be sent."""
        return self.state == State.PENDING


@dataclass(frozen=True)
class File:
    """All about one follow-up. `events`: of each alert, by its number."""

    follow_up: FollowUp
    consents: list[tuple[str, str, datetime]]  # (given, stop or start; by whom; when)
    sent: list[Sent]  # in the order of their moments
    alerts: list[AlertView]  # the oldest first
    events: dict[int, list[CareEvent]]
    changes: list[Audit]  # enrolled, moved, paused…: what the trail has of it
    others: list[int]  # follow-ups of others on the same telephone
    conversation: str


def search(database: Database, words: str, limit: int) -> list[FollowUp]:
    """Return the follow-ups of a ward reference, of a whole number, or of the last four digits of
    one; with no words, those that still get SMS, the next first. At most `limit`."""
    words = " ".join(words.split())
    query = sa.select(Enrolment, Person.number).join(Person)
    if words:
        query = query.where(sa.or_(*_asked(words))).order_by(Enrolment.id.desc())
    else:
        due = (
            sa.select(Delivery.enrolment_id, sa.func.min(Delivery.next_at).label("at"))
            .where(Delivery.state == State.PENDING)
            .group_by(Delivery.enrolment_id)
            .order_by(sa.text("at"))
            .limit(limit)
            .subquery()
        )
        query = query.join(due, due.c.enrolment_id == Enrolment.id).order_by(due.c.at)
    with database.begin() as session:
        rows = session.execute(query.limit(limit)).all()
        return _at_a_glance(session, [(enrolment, number) for enrolment, number in rows])


def _asked(words: str) -> list[sa.sql.ColumnElement]:
    conditions = [Enrolment.ward_key == keyed_hash(words, WARD)]
    digits = words.replace(" ", "")
    if digits.isdecimal() and len(digits) == 4:
        conditions.append(Person.tail_key == people.tail_key(digits))
    try:
        number = international(words)
    except NumberRefused:
        return conditions
    return [*conditions, Enrolment.conversation_id == conversation_id(number)]


def _at_a_glance(session: Session, rows: list[tuple[Enrolment, str]]) -> list[FollowUp]:
    ids = [enrolment.id for enrolment, _ in rows]
    names = [enrolment.conversation_id for enrolment, _ in rows]
    due = sa.select(Delivery.enrolment_id, sa.func.min(Delivery.next_at)).where(
        Delivery.enrolment_id.in_(ids), Delivery.state == State.PENDING
    )
    waiting = sa.select(Alert.conversation_id, sa.func.count()).where(
        Alert.conversation_id.in_(names), Alert.acknowledged_at.is_(None)
    )
    silenced = sa.select(OptOut.conversation_id).where(OptOut.conversation_id.in_(names))
    stopped = set(session.execute(silenced).scalars())
    next_at = dict(session.execute(due.group_by(Delivery.enrolment_id)).all())
    open_alerts = dict(session.execute(waiting.group_by(Alert.conversation_id)).all())
    return [
        FollowUp(
            enrolment.id,
            decrypt(number),
            enrolment.ward_reference and shown(decrypt(enrolment.ward_reference, WARD)),
            enrolment.discharge_at,
            enrolment.act_at,
            enrolment.paused_at,
            enrolment.cancelled_at,
            enrolment.conversation_id in stopped,
            next_at.get(enrolment.id),
            open_alerts.get(enrolment.conversation_id, 0),
        )
        for enrolment, number in rows
    ]


def read(database: Database, protocol: Protocol, id_: int) -> File:
    """Return all about a follow-up. Raises NoSuchFollowUp."""
    with database.begin() as session:
        enrolment = session.get(Enrolment, id_)
        if enrolment is None:
            raise NoSuchFollowUp(f"There is no follow-up {id_}.")
        name = enrolment.conversation_id
        number = session.get(Person, name).number
        others = phone.others(session, enrolment)
        home = phone.home(enrolment, others)
        views = [
            alerts.view(session, alert, number)
            for alert in session.execute(_of(Alert, name)).scalars()
            if alert.enrolment_id in (None, id_)
        ]
        return File(
            _at_a_glance(session, [(enrolment, number)])[0],
            [(c.event, c.recorded_by, c.at) for c in session.execute(_of(Consent, name)).scalars()],
            _sent(session, protocol, id_, home),
            [replace(view, words=view.words and shown(view.words)) for view in views],
            {view.id: care.events(session, view.id) for view in views},
            audit.about_follow_up(session, id_),
            [other.id for other in others],
            name,
        )


def _of(table: type[Alert] | type[Consent], conversation: str) -> sa.sql.Select:
    return sa.select(table).where(table.conversation_id == conversation).order_by(table.id)


def _sent(session: Session, protocol: Protocol, id_: int, home: str) -> list[Sent]:
    query = sa.select(Delivery).where(Delivery.enrolment_id == id_)
    rows = [
        Sent(
            protocol.step(row.step).title,
            row.state,
            row.reason,
            row.sent_at or row.next_at,
            row.expires_at,
            row.answered_at,
            row.outcome,
            protocol.text(row.step, home),
        )
        for row in session.execute(query).scalars()
    ]
    return sorted(rows, key=lambda sent: sent.at)
