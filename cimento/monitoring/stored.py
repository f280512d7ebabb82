"""What the database tells of the follow-ups: counts and ages of all together, of nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily, Metric

from cimento.answers.catalogue import LEVELS
from cimento.followup import overview, schedule
from cimento.followup.models import Alert, AlertKind, State
from cimento.sms.tables import INBOUND, OUTBOUND
from cimento.store.database import Database
from cimento.store.heartbeat import PURGE, TICK, last_beat

_SENT = ("begun", "refused", "accepted", "delivered", "failed")  # sms.ledger.State


@dataclass
class _Waiting:
    """Alerts of one kind and level that are not closed. `oldest_untaken`: seconds; 0: none is."""

    open: int = 0
    untaken: int = 0
    oldest_untaken: float = 0.0


def families(database: Database, now: datetime) -> list[Metric]:
    """Return what the database tells at `now` (aware). Raises SQLAlchemyError."""
    return [*_sms(database, now), *_alerts(database, now), *_beats(database)]


def _gauge(name: str, what: str, by: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"cimento_{name}", what, labels=[by])
    for label, value in values.items():
        family.add_metric([label], value)
    return family


def _sms(database: Database, now: datetime) -> Iterator[Metric]:
    planned = {state.value: 0 for state in State} | overview.counts(database)
    yield _gauge("deliveries", "SMS of follow-ups, by state", "state", planned)
    column = OUTBOUND.c.state
    with database.engine.connect() as connection:
        counted = connection.execute(sa.select(column, sa.func.count()).group_by(column)).all()
        unanswered = sa.select(sa.func.count(), sa.func.min(INBOUND.c.begun_at))
        left, since = connection.execute(unanswered.where(INBOUND.c.done_at.is_(None))).one()
    sent = {**dict.fromkeys(_SENT, 0), **dict(counted)}
    yield _gauge("sms_sent", "All SMS handed to the carrier, by state", "state", sent)
    yield GaugeMetricFamily("cimento_sms_unanswered", "SMS received, not answered yet", left)
    yield GaugeMetricFamily(
        "cimento_oldest_unanswered_seconds",
        "Age of the oldest SMS that is not answered yet",
        (now - since).total_seconds() if since else 0,
    )
    # At night nothing is late: nothing may be sent.
    late = overview.lateness(database, now).total_seconds() if schedule.may_send(now) else 0
    yield GaugeMetricFamily("cimento_oldest_due_seconds", "Wait of the oldest SMS due", late)


def _alerts(database: Database, now: datetime) -> Iterator[Metric]:
    found = {(kind.value, level): _Waiting() for kind in AlertKind for level in LEVELS}
    untaken = Alert.taken_at.is_(None)
    query = (
        sa.select(Alert.kind, Alert.level, untaken, sa.func.count(), sa.func.min(Alert.created_at))
        .where(Alert.acknowledged_at.is_(None))
        .group_by(Alert.kind, Alert.level, untaken)
    )
    with database.begin() as session:
        for kind, level, is_untaken, count, oldest in session.execute(query):
            waiting = found.setdefault((kind, level), _Waiting())
            waiting.open += count
            if is_untaken:
                waiting.untaken = count
                waiting.oldest_untaken = (now - oldest).total_seconds()
    by = ["kind", "level"]
    opened = GaugeMetricFamily("cimento_alerts_open", "Alerts not closed", labels=by)
    free = GaugeMetricFamily("cimento_alerts_untaken", "Alerts nobody takes care of", labels=by)
    oldest_free = GaugeMetricFamily(
        "cimento_oldest_untaken_seconds", "Age of the oldest of these", labels=by
    )
    for labels, waiting in found.items():
        opened.add_metric(labels, waiting.open)
        free.add_metric(labels, waiting.untaken)
        oldest_free.add_metric(labels, waiting.oldest_untaken)
    yield from (opened, free, oldest_free)


def _beats(database: Database) -> Iterator[Metric]:
    for name, what in ((TICK, "the worker's last tick"), (PURGE, "the last purge")):
        at = last_beat(database.engine, name)
        yield GaugeMetricFamily(
            f"cimento_last_{name}_timestamp_seconds",
            f"When {what} was, in seconds since 1970; 0: never",
            at.timestamp() if at else 0,
        )
