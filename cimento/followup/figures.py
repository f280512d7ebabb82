"""The follow-ups in figures, by week: what was asked, answered, alerted, and how long it took.

Counts and times of all together: nothing is told of one patient, or of one of the team.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from statistics import median, quantiles

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup.models import (
    Alert,
    AlertCall,
    AlertKind,
    Consent,
    Delivery,
    Enrolment,
    Kind,
    State,
)
from cimento.followup.outcome import Outcome
from cimento.followup.schedule import PARIS
from cimento.store.database import Database

_WENT = (State.SENT, State.DELIVERED, State.FAILED, State.UNKNOWN)


@dataclass
class Week:
    """One week of Paris, Monday to Sunday; durations in the order they were found."""

    monday: date
    discharges: int = 0
    asked: int = 0  # check-ins sent
    answered: int = 0  # of these, whenever the answer came
    written: int = 0  # of these, those somebody wrote anything to
    understood: int = 0  # of the written ones, all but those that nobody could read
    failed: int = 0  # SMS refused, or not delivered
    stops: int = 0
    alerts: dict[tuple[str, str], int] = field(default_factory=dict)  # by (kind, level)
    to_answer: list[timedelta] = field(default_factory=list)
    to_take: list[timedelta] = field(default_factory=list)
    to_close: list[timedelta] = field(default_factory=list)
    to_call: list[timedelta] = field(default_factory=list)  # of who is on duty: due, then sent
    call_to_take: list[timedelta] = field(default_factory=list)  # first call, then taken

    @property
    def alert_count(self) -> int:
        """How many alerts were raised."""
        return sum(self.alerts.values())

    @property
    def alarm_count(self) -> int:
        """How many of them are alarms."""
        return sum(count for (kind, _), count in self.alerts.items() if kind == AlertKind.ALARM)


@dataclass(frozen=True)
class Today:
    """What happens on one day of Paris."""

    discharges: int
    check_ins: int  # sent, or to be sent
    answers: int
    waiting: int  # open alerts that nobody has taken, of any day


def middle(durations: list[timedelta]) -> timedelta | None:
    """Return the median, None of nothing."""
    if not durations:
        return None
    return timedelta(seconds=median(duration.total_seconds() for duration in durations))


def ninth_tenth(durations: list[timedelta]) -> timedelta | None:
    """Return the 90th percentile, None of fewer than ten: one would be most of it."""
    if len(durations) < 10:
        return None
    seconds = [duration.total_seconds() for duration in durations]
    return timedelta(seconds=quantiles(seconds, n=10, method="inclusive")[-1])


def monday_of(moment: datetime) -> date:
    """Return the Monday of the week of Paris that holds `moment`."""
    day = moment.astimezone(PARIS).date()
    return day - timedelta(days=day.weekday())


class _Calendar:
    """The last weeks before `now`; finds the week of a moment, of hundreds of thousands quickly."""

    def __init__(self, now: datetime, count: int) -> None:
        last = monday_of(now)
        mondays = [last + timedelta(weeks=n) for n in range(1 - count, 2)]
        starts = [datetime.combine(day, time(), PARIS).astimezone(timezone.utc) for day in mondays]
        self.since, self.until = starts[0], starts[-1]
        self._starts = [start.replace(tzinfo=None) for start in starts]
        self.weeks = [Week(day) for day in mondays[:-1]]

    def week(self, moment: datetime) -> Week:
        """Return the week of a `moment` (see _read) that is within (see within)."""
        return self.weeks[bisect_right(self._starts, moment) - 1]

    def within(self, column: sa.Column) -> sa.sql.ColumnElement:
        """Return the condition that a moment is of one of the weeks."""
        return sa.and_(column >= self.since, column < self.until)


def weeks(database: Database, now: datetime, count: int) -> list[Week]:
    """Return the last `count` weeks, this one last."""
    calendar = _Calendar(now, count)
    going_on, failed = Enrolment.cancelled_at.is_(None), Delivery.state == State.FAILED
    with database.begin() as session:
        for at in _moments(session, calendar, Enrolment.discharge_at, going_on):
            calendar.week(at).discharges += 1
        for at in _moments(session, calendar, Delivery.next_at, failed):
            calendar.week(at).failed += 1
        for at in _moments(session, calendar, Consent.at, Consent.event == "stop"):
            calendar.week(at).stops += 1
        _check_ins(session, calendar)
        _alerts(session, calendar)
        _on_call(session, calendar)
    return calendar.weeks


def _read(column: sa.Column) -> sa.sql.ColumnElement:
    """Return a column of moments, to be read in UTC without a zone: of many, this is quicker."""
    return sa.type_coerce(column, sa.DateTime)


def _moments(
    session: Session, calendar: _Calendar, column: sa.Column, condition: sa.sql.ColumnElement
) -> list[datetime]:
    query = sa.select(_read(column)).where(condition, calendar.within(column))
    return list(session.execute(query).scalars())


def _check_ins(session: Session, calendar: _Calendar) -> None:
    query = sa.select(_read(Delivery.sent_at), _read(Delivery.answered_at), Delivery.outcome).where(
        Delivery.kind == Kind.CHECK_IN,
        Delivery.state.in_(_WENT),
        calendar.within(Delivery.sent_at),
    )
    for sent_at, answered_at, outcome in session.execute(query):
        week = calendar.week(sent_at)
        week.asked += 1
        week.written += outcome is not None
        week.understood += outcome not in (None, Outcome.UNRESOLVED)
        if answered_at:
            week.answered += 1
            week.to_answer.append(answered_at - sent_at)


def _alerts(session: Session, calendar: _Calendar) -> None:
    query = sa.select(
        Alert.kind,
        Alert.level,
        *(_read(column) for column in (Alert.created_at, Alert.taken_at, Alert.acknowledged_at)),
    ).where(calendar.within(Alert.created_at))
    for kind, level, created_at, taken_at, closed_at in session.execute(query):
        week = calendar.week(created_at)
        week.alerts[kind, level] = week.alerts.get((kind, level), 0) + 1
        if taken_at:
            week.to_take.append(taken_at - created_at)
        if closed_at:
            week.to_close.append(closed_at - created_at)


def _on_call(session: Session, calendar: _Calendar) -> None:
    moments = (AlertCall.due_at, AlertCall.sent_at, Alert.created_at, Alert.taken_at)
    query = (
        sa.select(AlertCall.alert_id, *(_read(column) for column in moments))
        .join(Alert)
        .where(AlertCall.sent_at.is_not(None), calendar.within(Alert.created_at))
        .order_by(AlertCall.step)
    )
    seen: set[int] = set()
    for id_, due_at, sent_at, created_at, taken_at in session.execute(query):
        week = calendar.week(created_at)
        week.to_call.append(sent_at - due_at)
        if id_ not in seen and taken_at and taken_at > sent_at:
            week.call_to_take.append(taken_at - sent_at)
        seen.add(id_)


def today(database: Database, now: datetime) -> Today:
    """Return the figures of the day of `now`."""
    day = now.astimezone(PARIS).date()
    first = datetime.combine(day, time(), PARIS)
    last = datetime.combine(day + timedelta(days=1), time(), PARIS)

    def within(column: sa.Column) -> sa.sql.ColumnElement:
        return sa.and_(column >= first, column < last)

    to_come = sa.and_(Delivery.state == State.PENDING, within(Delivery.next_at))
    check_in = Delivery.kind == Kind.CHECK_IN
    queries = (
        (Enrolment, sa.and_(within(Enrolment.discharge_at), Enrolment.cancelled_at.is_(None))),
        (Delivery, sa.and_(check_in, sa.or_(within(Delivery.sent_at), to_come))),
        (Delivery, sa.and_(check_in, within(Delivery.answered_at))),
        (Alert, sa.and_(Alert.taken_at.is_(None), Alert.acknowledged_at.is_(None))),
    )
    with database.begin() as session:
        counts = [
            session.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar()
            for table, condition in queries
        ]
    return Today(*counts)
