"""The plan of a follow-up: which SMS, when, and which no more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup import people
from cimento.followup.delivery import TOO_LATE, UNREACHABLE, new_delivery
from cimento.followup.models import Delivery, Enrolment, Person, State
from cimento.followup.protocol import REMINDER, Protocol
from cimento.followup.schedule import Window

_ANOTHER_DAY = timedelta(days=1)
_PLANNED = (State.PENDING, State.DROPPED, State.OPTED_OUT)
PAUSED, _OF_THE_DATE_BEFORE = "paused", "moved"


@dataclass(frozen=True)
class Planned:
    """One SMS of a plan; `reason`: why it is not sent."""

    step: str
    state: str
    due: datetime
    reason: str | None


def of(session: Session, enrolment_id: int) -> list[Planned]:
    """Return the plan of a follow-up, what is dropped included, in the order of its moments."""
    query = sa.select(Delivery).where(Delivery.enrolment_id == enrolment_id)
    rows = session.execute(query.order_by(Delivery.next_at, Delivery.id)).scalars()
    paused = PAUSED if session.get(Enrolment, enrolment_id).paused_at else None
    return [
        Planned(
            row.step,
            State(row.state).value,
            row.next_at,
            paused if row.state == State.PENDING and paused else row.reason,
        )
        for row in rows
    ]


def make(
    session: Session, person: Person, enrolment: Enrolment, protocol: Protocol, now: datetime
) -> None:
    """Give each step its window. What has gone out, or may have, is left alone, unless the act or
    the discharge has moved to another day: what was told of the day before is told again."""
    query = sa.select(Delivery).where(Delivery.enrolment_id == enrolment.id)
    known = {delivery.step: delivery for delivery in session.execute(query).scalars()}
    windows = protocol.windows(enrolment.act_at, enrolment.discharge_at)
    silenced = people.is_opted_out(session, person.conversation_id)
    for step in protocol.steps:
        if step.id not in windows:
            continue
        window, delivery = windows[step.id], known.get(step.id)
        if delivery and delivery.state not in _PLANNED:
            if not _is_another_day(delivery, window, now):
                continue
            _put_aside(delivery, known.get(f"{step.id}.{REMINDER}"))
            session.flush()
            delivery = None
        if delivery is None:
            delivery = new_delivery(step.id, step.kind, window)
            delivery.enrolment_id = enrolment.id
            session.add(delivery)
        delivery.next_at, delivery.expires_at = window.due, window.expires
        delivery.state, delivery.reason = State.PENDING, None
        if person.unreachable_at:
            delivery.state, delivery.reason = State.DROPPED, UNREACHABLE
        elif window.is_empty or window.expires <= now:
            delivery.state, delivery.reason = State.DROPPED, TOO_LATE
        elif silenced:
            delivery.state = State.OPTED_OUT


def _is_another_day(delivery: Delivery, window: Window, now: datetime) -> bool:
    return window.due > now and window.due - delivery.next_at >= _ANOTHER_DAY


def _put_aside(*rows: Delivery | None) -> None:
    """Keep what was sent of the date before under another name; await no answer to it."""
    for row in rows:
        if row is None:
            continue
        step, dot, reminder = row.step.partition(".")
        row.step = f"{step}.{_OF_THE_DATE_BEFORE}-{row.id}{dot}{reminder}"
        row.reply_due_at = None
        if row.state == State.PENDING:
            row.state, row.reason = State.DROPPED, _OF_THE_DATE_BEFORE
