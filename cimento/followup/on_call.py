"""Nobody takes an alert: call who is on duty, then the next, until somebody does.

An urgent alert is called about again and again; another one once to each who is on duty. A call
that certainly did not get through goes to the next one at once. Hours of the night do not matter:
only patients are let sleep. Several workers may do it at once: a step of an alert is one row, and
a call leaves once that one of them has claimed it.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup.calls import Caller, Waiting
from cimento.followup.models import Alert, AlertCall, AlertEvent, Care, State
from cimento.followup.rota import OnDuty, RotaError, on_duty
from cimento.store.database import Database

logger = logging.getLogger(__name__)

URGENT = ("medecin", "urgence")  # levels of advice that somebody should call at once after
_WAITING = (Alert.taken_at.is_(None), Alert.acknowledged_at.is_(None))  # for somebody
_MISSED = (State.FAILED, State.UNKNOWN)
_CLAIM = timedelta(minutes=5)  # after which a claim is that of a dead worker
_LATE = timedelta(minutes=2)  # a call leaves at the next tick, or something is wrong
_OPTIONS = {"synchronize_session": False}


@dataclass(frozen=True)
class Call:
    """One call about one alert. `who`: None when nobody was on duty."""

    who: str | None
    state: str
    due_at: datetime
    sent_at: datetime | None


class OnCall:
    """Calls who is on duty. `rota` reads it anew at each tick: who changes it need restart nothing.
    `urgent`, `other`: how long an alert waits for one of them."""

    def __init__(
        self,
        database: Database,
        rota: Callable[[], Sequence[OnDuty]],
        caller: Caller,
        urgent: timedelta,
        other: timedelta,
    ) -> None:
        self._database = database
        self._read = rota
        self._rota = rota()
        self._caller = caller
        self._urgent, self._other = urgent, other

    def tick(self, now: datetime) -> int:
        """Do all there is to do at `now` (aware); return how many calls left."""
        try:
            self._rota = self._read()
        except RotaError as error:
            logger.error("The rota of before is used: %s", error)
        self._settle(now)
        self._plan(now)
        return sum(self._send(reference, now) for reference in self._pending())

    def _plan(self, now: datetime) -> None:
        """Write down the calls that are due: one for all that one person is called about."""
        duty = on_duty(self._rota, now)
        references: dict[str | None, str] = defaultdict(lambda: secrets.token_hex(16))
        try:
            with self._database.begin() as session:
                alerts = list(session.execute(sa.select(Alert).where(*_WAITING)).scalars())
                ids = [alert.id for alert in alerts]
                calls, back = _calls(session, ids), _given_back(session, ids)
                for alert in alerts:
                    mine, since = calls[alert.id], back.get(alert.id, alert.created_at)
                    recent = [call for call in mine if call.due_at > since]
                    due = self._due(alert, since, recent, duty)
                    if due is None or due > now:
                        continue
                    reached = sum(call.who is not None for call in recent)
                    who = duty[reached % len(duty)].name if duty else None
                    session.add(
                        AlertCall(
                            alert_id=alert.id,
                            step=len(mine) + 1,
                            reference=references[who],
                            who=who,
                            state=State.PENDING if who else State.FAILED,
                            due_at=due,
                            planned_at=now,
                        )
                    )
        except sa.exc.IntegrityError:
            pass  # another worker was first

    def _due(
        self, alert: Alert, since: datetime, recent: list[AlertCall], duty: list[OnDuty]
    ) -> datetime | None:
        """Return when the next call about an alert is due, None when none is."""
        wait = self._urgent if alert.level in URGENT else self._other
        if not recent:
            return since + wait
        last = recent[-1]
        if last.who is None:  # nobody was on duty: as soon as somebody is
            return last.planned_at if duty else None
        reached = sum(call.who is not None for call in recent)
        if alert.level not in URGENT and reached >= len(duty):
            return None
        missed = 0
        for call in reversed(recent):
            if call.state not in _MISSED:
                break
            missed += 1
        if missed and duty and missed % len(duty):
            return last.planned_at
        return last.planned_at + wait

    def _pending(self) -> list[str]:
        query = sa.select(AlertCall.reference).where(AlertCall.state == State.PENDING).distinct()
        with self._database.begin() as session:
            return list(session.execute(query).scalars())

    def _send(self, reference: str, now: datetime) -> bool:
        """Make one call, unless all that it is about has been taken; return whether it left."""
        with self._database.begin() as session:
            rows = _rows(session, reference, State.PENDING)
            levels = [level for row, level, is_waiting in rows if is_waiting]
            name = rows[0][0].who if rows else None
            one = next((each for each in on_duty(self._rota, now) if each.name == name), None)
            state = State.CLAIMED
            if not levels:
                state = State.DROPPED
            elif one is None or any(now - row.planned_at >= self._urgent for row, *_ in rows):
                state = State.FAILED  # off duty meanwhile, or tried in vain for too long
            if not _set(session, reference, State.PENDING, state, claimed_at=now):
                return False  # another worker was first
        if state != State.CLAIMED or one is None:
            return False
        urgent = sum(level in URGENT for level in levels)
        became = self._caller.call(one, Waiting(urgent, len(levels) - urgent), reference, now)
        sent_at = now if became == State.SENT else None
        with self._database.begin() as session:
            _set(session, reference, State.CLAIMED, became, sent_at=sent_at)
        return became == State.SENT

    def _settle(self, now: datetime) -> None:
        """Find out what became of calls that a dead worker left: an SMS that the provider knows is
        sent; what certainly did not leave, or is no SMS, is tried again."""
        old = (AlertCall.state == State.CLAIMED, AlertCall.claimed_at <= now - _CLAIM)
        by_sms = {one.name for one in self._rota if one.sms}
        with self._database.begin() as session:
            query = sa.select(AlertCall.reference, AlertCall.who).where(*old).distinct()
            left = session.execute(query).all()
        for reference, who in left:
            knows = self._caller.gateway.state_of(reference) if who in by_sms else "absent"
            state = {"sent": State.SENT, "absent": State.PENDING}.get(knows, State.UNKNOWN)
            sent_at = now if state == State.SENT else None
            with self._database.begin() as session:
                _set(session, reference, State.CLAIMED, state, sent_at=sent_at)


def record_failure(database: Database, reference: str) -> None:
    """Note that the provider reports an SMS to somebody on duty as not delivered."""
    with database.begin() as session:
        _set(session, reference, State.SENT, State.FAILED)


def read_calls(session: Session, ids: Sequence[int]) -> dict[int, list[Call]]:
    """Return the calls about alerts, the first first, by the alert's number."""
    return {
        id_: [Call(row.who, row.state, row.due_at, row.sent_at) for row in rows]
        for id_, rows in _calls(session, ids).items()
    }


def troubles(database: Database, now: datetime) -> list[str]:
    """Return what is wrong with the calls about alerts that still wait: "nobody" was on duty,
    "failed" the last call, "late" it is."""
    query = sa.select(AlertCall).join(Alert).where(*_WAITING).order_by(AlertCall.id)
    with database.begin() as session:
        last = {row.alert_id: row for row in session.execute(query).scalars()}
        found = {
            "nobody": any(row.who is None for row in last.values()),
            "failed": any(row.who and row.state in _MISSED for row in last.values()),
            "late": any(
                row.state == State.PENDING and row.planned_at < now - _LATE for row in last.values()
            ),
        }
    return [trouble for trouble, is_there in found.items() if is_there]


def _calls(session: Session, ids: Sequence[int]) -> dict[int, list[AlertCall]]:
    found: dict[int, list[AlertCall]] = {id_: [] for id_ in ids}
    query = sa.select(AlertCall).where(AlertCall.alert_id.in_(ids)).order_by(AlertCall.step)
    for row in session.execute(query).scalars():
        found[row.alert_id].append(row)
    return found


def _given_back(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """Return when alerts were last given back to everybody: they wait from then on."""
    back = (Care.HANDED_OVER.value, Care.REOPENED.value)
    query = (
        sa.select(AlertEvent.alert_id, sa.func.max(AlertEvent.at))
        .where(AlertEvent.alert_id.in_(ids), AlertEvent.event.in_(back))
        .group_by(AlertEvent.alert_id)
    )
    return dict(session.execute(query).all())


def _rows(session: Session, reference: str, state: State) -> list[tuple[AlertCall, str, bool]]:
    """Return (row, level of its alert, whether that still waits) of a call."""
    query = (
        sa.select(AlertCall, Alert.level, sa.and_(*_WAITING))
        .join(Alert)
        .where(AlertCall.reference == reference, AlertCall.state == state)
    )
    return [(row, level, bool(waits)) for row, level, waits in session.execute(query)]


def _set(
    session: Session, reference: str, before: State, state: State, **values: datetime | None
) -> bool:
    """Move a call from one state to another; return whether it was in the first."""
    mine = sa.update(AlertCall).where(AlertCall.reference == reference, AlertCall.state == before)
    done = session.execute(mine.values(state=state, **values), execution_options=_OPTIONS)
    return bool(done.rowcount)
