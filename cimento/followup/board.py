"""The open alerts as somebody works through them: by patient, the gravest and the oldest first."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.answers.catalogue import LEVELS
from cimento.followup import alerts, on_call
from cimento.followup.alerts import AlertView
from cimento.followup.care import CareEvent
from cimento.followup.models import Alert, AlertEvent, AlertKind, Care, Enrolment, Person
from cimento.followup.on_call import Call
from cimento.followup.shown import shown
from cimento.store.database import Database
from cimento.store.vault import NOTES, decrypt


@dataclass(frozen=True)
class Card:
    """The open alerts of one patient, or of a number that nobody follows up (`follow_up` is None
    then, and where two patients share a phone and nobody can tell which it is about). In clear."""

    follow_up: int | None
    number: str
    ward_reference: str | None
    alerts: tuple[AlertView, ...]  # the oldest first
    handed_over: CareEvent | None  # what who had them last wrote for the others
    reopened: CareEvent | None
    call: Call | None  # the last one of who is on duty that left

    @property
    def ids(self) -> tuple[int, ...]:
        """The alerts' numbers."""
        return tuple(alert.id for alert in self.alerts)

    @property
    def since(self) -> datetime:
        """When the oldest one was raised."""
        return self.alerts[0].created_at

    @property
    def taken(self) -> AlertView | None:
        """The alert that tells who takes care of the patient; None as long as one is free."""
        free = any(alert.taken_at is None for alert in self.alerts)
        return None if free else self.alerts[-1]


def open_cards(database: Database, limit: int) -> tuple[list[Card], int]:
    """Return the open alerts by patient, of at most `limit` patients, and of how many there are:
    those that nobody has taken before the others, then the gravest, then the oldest. Words are
    those to be read (see shown)."""
    query = (
        sa.select(Alert, Person.number)
        .join(Person)
        .where(Alert.acknowledged_at.is_(None))
        .order_by(Alert.created_at, Alert.id)
    )
    with database.begin() as session:
        rows = session.execute(query).all()
        numbers = {alert.conversation_id: number for alert, number in rows}
        about = _follow_ups(session, [alert for alert, _ in rows])
        groups: dict[tuple[str, int | None], list[Alert]] = defaultdict(list)
        for alert, _ in rows:
            groups[alert.conversation_id, about[alert.id]].append(alert)
        # Only what is shown is decrypted: that takes longer than all the rest.
        chosen = sorted(groups.items(), key=lambda group: _order(group[1]))[:limit]
        ids = [alert.id for _, found in chosen for alert in found]
        told, calls = _last_events(session, ids), on_call.read_calls(session, ids)
        cards = []
        for (name, follow_up), found in chosen:
            views = [alerts.view(session, alert, numbers[name]) for alert in found]
            plain = [replace(view, words=view.words and shown(view.words)) for view in views]
            called = [call for view in plain for call in calls[view.id]]
            cards.append(_card(follow_up, plain, told, called))
    return cards, len(groups)


def _order(found: list[Alert]) -> tuple[bool, int, datetime]:
    """Return what a patient's place depends on; somebody who asks for a human comes before what is
    of no gravity."""
    gravity = max(2 * LEVELS.index(a.level) + (a.kind == AlertKind.HUMAN) for a in found)
    return all(a.taken_at for a in found), -gravity, found[0].created_at


def state(database: Database) -> tuple[str, int]:
    """Return what changes whenever an alert is raised or something is done about one, and how many
    open alerts nobody has taken."""
    free = (Alert.acknowledged_at.is_(None), Alert.taken_at.is_(None))
    waiting = sa.select(sa.func.count()).select_from(Alert).where(*free)
    last = [sa.select(sa.func.max(table.id)) for table in (Alert, AlertEvent)]
    with database.begin() as session:
        ids = [session.execute(query).scalar() or 0 for query in last]
        return ".".join(map(str, ids)), int(session.execute(waiting).scalar_one())


def recently_closed(database: Database, since: datetime, limit: int) -> list[AlertView]:
    """Return the alerts closed after `since`, the last first, at most `limit`."""
    query = (
        sa.select(Alert, Person.number)
        .join(Person)
        .where(Alert.acknowledged_at > since)
        .order_by(Alert.acknowledged_at.desc(), Alert.id.desc())
        .limit(limit)
    )
    with database.begin() as session:
        return [alerts.view(session, *row) for row in session.execute(query)]


def _follow_ups(session: Session, found: list[Alert]) -> dict[int, int | None]:
    """Return {alert: the follow-up it is about}: what it says, else the only one that goes on."""
    names = {alert.conversation_id for alert in found}
    query = sa.select(Enrolment.conversation_id, Enrolment.id).where(
        Enrolment.conversation_id.in_(names), Enrolment.cancelled_at.is_(None)
    )
    of: dict[str, list[int]] = defaultdict(list)
    for conversation, id_ in session.execute(query):
        of[conversation].append(id_)
    only = {name: ids[0] for name, ids in of.items() if len(ids) == 1}
    return {alert.id: alert.enrolment_id or only.get(alert.conversation_id) for alert in found}


def _last_events(session: Session, ids: list[int]) -> dict[tuple[int, str], CareEvent]:
    """Return {(alert, event): the last one} of what gave open alerts back to everybody."""
    back = (Care.HANDED_OVER.value, Care.REOPENED.value)
    query = sa.select(AlertEvent).where(AlertEvent.alert_id.in_(ids), AlertEvent.event.in_(back))
    return {
        (row.alert_id, row.event): CareEvent(
            row.event, row.by, row.at, row.note and decrypt(row.note, NOTES)
        )
        for row in session.execute(query.order_by(AlertEvent.id)).scalars()
    }


def _card(
    follow_up: int | None,
    views: list[AlertView],
    told: dict[tuple[int, str], CareEvent],
    calls: list[Call],
) -> Card:
    def last(event: Care) -> CareEvent | None:
        found = [told[view.id, event.value] for view in views if (view.id, event.value) in told]
        return max(found, key=lambda one: one.at) if found else None

    references = [view.ward_reference for view in views if view.ward_reference]
    reference = shown(references[0]) if references else None
    handed_over, reopened = last(Care.HANDED_OVER), last(Care.REOPENED)
    left = [(call.sent_at, number) for number, call in enumerate(calls) if call.sent_at]
    call = calls[max(left)[1]] if left else None
    return Card(follow_up, views[0].number, reference, tuple(views), handed_over, reopened, call)
