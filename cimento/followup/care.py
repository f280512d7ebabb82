"""What somebody of the team does about alerts: takes them, hands them over, closes, reopens them.

Each function takes the alerts that somebody was shown, mostly all of one patient, and changes all
or none: of two who click at once one takes them, the other is told who did. `by` is the name that
the page knows; a note is at most LONGEST_NOTE characters, and encrypted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup import audit
from cimento.followup.models import Alert, AlertEvent, Care, Closing
from cimento.followup.shown import shown
from cimento.store.database import Database
from cimento.store.vault import NOTES, decrypt, encrypt

LONGEST_NOTE = 500  # characters


class CareRefused(Exception):
    """It cannot be done, mostly because somebody else was first; the message says so, in French."""


@dataclass(frozen=True)
class CareEvent:
    """One thing that was done about an alert, its note in clear."""

    event: str
    by: str
    at: datetime
    note: str | None


def take(database: Database, ids: Collection[int], by: str, at: datetime, over: str = "") -> None:
    """Take care of alerts; harmless when done already. Raises CareRefused naming who has them,
    unless that is `over`, from whom they are taken over."""
    with database.begin() as session:
        for alert in _locked(session, ids):
            _refuse_closed(alert)
            if alert.taken_by == by:
                continue
            if alert.taken_by and alert.taken_by != over:
                raise CareRefused(f"{alert.taken_by} s'en occupe déjà.")
            alert.taken_at, alert.taken_by, alert.next_mail_at = at, by, None
            _note(session, alert, Care.TAKEN, by, at)


def hand_over(database: Database, ids: Collection[int], by: str, note: str, at: datetime) -> None:
    """Give alerts back to everybody, with a note for who comes next. They are e-mailed again.

    Raises CareRefused when the note is missing or too long, or somebody else has them.
    """
    note = _checked(note)
    if not note:
        raise CareRefused("Écrivez pour vos collègues ce qui est fait et ce qui reste à faire.")
    with database.begin() as session:
        for alert in _locked(session, ids):
            _refuse_closed(alert)
            _refuse_others(alert, by)
            alert.taken_at = alert.taken_by = None
            alert.next_mail_at = at
            _note(session, alert, Care.HANDED_OVER, by, at, note)


def close(
    database: Database, ids: Collection[int], by: str, outcome: Closing, note: str, at: datetime
) -> None:
    """Note how alerts ended, whether somebody had taken them or not; the first outcome stays.

    Raises CareRefused when a note is missing (of Closing.OTHER) or too long, when somebody else
    takes care of them, or has closed them.
    """
    note = _checked(note)
    if outcome == Closing.OTHER and not note:
        raise CareRefused("« Autre » : écrivez en quelques mots ce qui a été fait.")
    with database.begin() as session:
        for alert in _locked(session, ids):
            _refuse_closed(alert)
            _refuse_others(alert, by)
            alert.taken_at, alert.taken_by = alert.taken_at or at, alert.taken_by or by
            alert.acknowledged_at, alert.acknowledged_by = at, by
            alert.outcome, alert.next_mail_at = outcome.value, None
            _note(session, alert, Care.CLOSED, by, at, note)


def reopen(database: Database, ids: Collection[int], by: str, at: datetime) -> None:
    """Open closed alerts again, for whoever takes them; harmless when they are open."""
    with database.begin() as session:
        for alert in _locked(session, ids):
            if alert.acknowledged_at is None:
                continue
            alert.acknowledged_at = alert.acknowledged_by = alert.outcome = None
            alert.taken_at = alert.taken_by = None
            alert.next_mail_at = at
            _note(session, alert, Care.REOPENED, by, at)


def events(session: Session, alert_id: int) -> list[CareEvent]:
    """Return what was done about an alert, the oldest first."""
    query = sa.select(AlertEvent).where(AlertEvent.alert_id == alert_id).order_by(AlertEvent.id)
    return [
        CareEvent(row.event, row.by, row.at, row.note and decrypt(row.note, NOTES))
        for row in session.execute(query).scalars()
    ]


def _locked(session: Session, ids: Collection[int]) -> list[Alert]:
    """Return alerts, locked, always in one order. Raises CareRefused when one is not there."""
    query = sa.select(Alert).where(Alert.id.in_(ids)).order_by(Alert.id).with_for_update()
    found = list(session.execute(query).scalars())
    if not found or len(found) != len(set(ids)):
        raise CareRefused("Cette alerte n'existe plus : rechargez la page.")
    return found


def _checked(note: str) -> str:
    note = shown(note)
    if len(note) > LONGEST_NOTE:
        raise CareRefused(f"La note dépasse {LONGEST_NOTE} caractères.")
    return note


def _refuse_closed(alert: Alert) -> None:
    if alert.acknowledged_at is not None:
        raise CareRefused(f"{alert.acknowledged_by} a déjà clos cette alerte.")


def _refuse_others(alert: Alert, by: str) -> None:
    if alert.taken_by not in (None, by):
        raise CareRefused(f"{alert.taken_by} s'en occupe. Pour la reprendre : « Reprendre ».")


def _note(
    session: Session, alert: Alert, event: Care, by: str, at: datetime, note: str = ""
) -> None:
    written = encrypt(note, NOTES) if note else None
    session.add(AlertEvent(alert_id=alert.id, event=event.value, by=by, at=at, note=written))
    audit.record(session, by, event.value, f"alert {alert.id}", at)
