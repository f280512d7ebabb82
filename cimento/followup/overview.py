"""The follow-ups at a glance: how many, how late, what comes next."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from cimento.followup.models import Delivery, Enrolment, State
from cimento.store.database import Database


def counts(database: Database) -> dict[str, int]:
    """Return {state: how many deliveries}."""
    query = sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)
    with database.begin() as session:
        return dict(session.execute(query).all())


def lateness(database: Database, now: datetime) -> timedelta:
    """Return for how long the oldest SMS that could be sent has been waiting; zero if none."""
    with database.begin() as session:
        oldest = session.execute(_next_due()).scalar()
    return max(now - oldest, timedelta()) if oldest else timedelta()


def next_moment(database: Database) -> datetime | None:
    """Return when something is due next: an SMS, or the end of the wait for an answer."""
    queries = (
        _next_due(),
        sa.select(sa.func.min(Delivery.reply_due_at)),
    )
    with database.begin() as session:
        moments = [session.execute(query).scalar() for query in queries]
    return min((moment for moment in moments if moment), default=None)


def _next_due() -> sa.sql.Select:
    """Return the query of the earliest moment at which an SMS is due, the paused ones aside."""
    going_on = sa.and_(Delivery.state == State.PENDING, Enrolment.paused_at.is_(None))
    return sa.select(sa.func.min(Delivery.next_at)).join(Enrolment).where(going_on)
