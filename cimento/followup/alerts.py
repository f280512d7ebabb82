"""What the team is told, until somebody acknowledges it by name."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup import audit, people
from cimento.followup.models import Alert, AlertKind, Enrolment, Person
from cimento.followup.shown import shown
from cimento.store.database import Database
from cimento.store.vault import WARD, WORDS, decrypt, encrypt


@dataclass(frozen=True)
class AlertView:
    """An alert as the team reads it. `number`, `ward_reference` and `words` are the patient's, in
    clear; of two patients on one phone both references, when nobody can tell which."""

    id: int
    kind: str
    level: str  # of the advice given: none, equipe, medecin, urgence
    number: str
    ward_reference: str | None
    words: str | None
    detail: str | None
    created_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    taken_at: datetime | None
    taken_by: str | None
    outcome: str | None  # how the team closed it


def add(
    session: Session,
    conversation: str,
    kind: AlertKind,
    at: datetime,
    cause: str,
    level: str = "none",
    words: str | None = None,
    detail: str | None = None,
    enrolment_id: int | None = None,
) -> None:
    """Add an alert about a locked person, unless its cause has already made one.

    `enrolment_id`: the follow-up that it is about, when that is known."""
    if session.execute(sa.select(Alert.id).where(Alert.cause == cause)).first():
        return
    session.add(
        Alert(
            conversation_id=conversation,
            enrolment_id=enrolment_id,
            kind=kind,
            level=level,
            words=None if words is None else encrypt(words, WORDS),
            detail=detail,
            cause=cause,
            created_at=at,
            next_mail_at=at,
        )
    )


def raise_alert(
    database: Database,
    conversation: str,
    kind: AlertKind,
    at: datetime,
    level: str = "none",
    words: str | None = None,
    message_id: str | None = None,
    enrolment_id: int | None = None,
) -> None:
    """Tell the team about a person: an alarm and its level, a wish to speak to a human.

    `words` are the patient's own. The same `message_id` alerts once, however often it comes.
    Raises LookupError when the person is unknown: `people.remember` the number first.
    """
    with database.begin() as session:
        if people.lock(session, conversation) is None:
            raise LookupError("Nobody is known by this conversation: people.remember comes first.")
        cause = f"{kind.value}-{message_id or uuid.uuid4().hex}"[:60]
        add(session, conversation, kind, at, cause, level, words, enrolment_id=enrolment_id)


def read_alerts(database: Database, everything: bool = False) -> list[AlertView]:
    """Return the alerts that nobody has acknowledged (or all of them), oldest first; of the
    words, what is to be read (see shown)."""
    query = sa.select(Alert, Person.number).join(Person).order_by(Alert.id)
    if not everything:
        query = query.where(Alert.acknowledged_at.is_(None))
    with database.begin() as session:
        rows = session.execute(query).all()
        found = [view(session, alert, number) for alert, number in rows]
    return [replace(one, words=one.words and shown(one.words)) for one in found]


def read_by(database: Database, reader: str, at: datetime, everything: bool) -> list[AlertView]:
    """Return what `read_alerts` does, and write down that `reader` read it."""
    found = read_alerts(database, everything)
    for alert in found:
        audit.note(database, reader, "read", f"alert {alert.id}", at)
    return found


def _ward_reference(session: Session, alert: Alert) -> str | None:
    if alert.enrolment_id is not None:
        about = Enrolment.id == alert.enrolment_id
    else:
        mine = Enrolment.conversation_id == alert.conversation_id
        about = sa.and_(mine, Enrolment.cancelled_at.is_(None))
    known = sa.select(Enrolment.ward_reference).where(about, Enrolment.ward_reference.is_not(None))
    found = session.execute(known.order_by(Enrolment.id)).scalars()
    return ", ".join(dict.fromkeys(decrypt(reference, WARD) for reference in found)) or None


def view(session: Session, alert: Alert, number: str) -> AlertView:
    """Return an alert in clear, given the encrypted number."""
    return AlertView(
        alert.id,
        alert.kind,
        alert.level,
        decrypt(number),
        _ward_reference(session, alert),
        None if alert.words is None else decrypt(alert.words, WORDS),
        alert.detail,
        alert.created_at,
        alert.acknowledged_at,
        alert.acknowledged_by,
        alert.taken_at,
        alert.taken_by,
        alert.outcome,
    )


def acknowledge(database: Database, alert_id: int, by: str, at: datetime) -> bool:
    """Note who is done with an alert (the first one stays); False when there is none.

    What the team's page does about it in more steps: see care."""
    with database.begin() as session:
        alert = session.get(Alert, alert_id, with_for_update=True)
        if alert is not None and alert.acknowledged_at is None:
            alert.acknowledged_at, alert.acknowledged_by = at, by
            alert.next_mail_at = None
            audit.record(session, by, "acknowledge", f"alert {alert_id}", at)
        return alert is not None
