"""Let time pass, tick after tick, see what went out, and answer."""

import uuid
from datetime import datetime, timedelta

from cimento.followup.alerts import read_alerts
from cimento.followup.dispatch import Dispatcher
from cimento.followup.models import Delivery
from cimento.followup.overview import next_moment
from cimento.followup.replies import Turn, record
from cimento.store.database import Database
from tests.followup.fakes import FakeClock, FileGateway


def texts(gateway: FileGateway) -> list[str]:
    return [text for _, _, text in gateway.lines()]


def kinds(database: Database) -> list[str]:
    return [alert.kind for alert in read_alerts(database)]


def run_until(dispatcher: Dispatcher, clock: FakeClock, **delta: float) -> None:
    """Tick until `delta` has passed, every half hour for four days."""
    begun = clock.now
    while clock.now < begun + timedelta(**delta):
        dispatcher.tick()
        if clock.now < begun + timedelta(days=4):
            clock.move(minutes=30)
        else:
            move_on(dispatcher, clock)


def move_on(dispatcher: Dispatcher, clock: FakeClock) -> None:
    """Move by half an hour when something is due within six, else by six hours."""
    upcoming = next_moment(dispatcher._deliveries._database)
    near = upcoming is not None and upcoming - clock.now < timedelta(hours=6)
    clock.move(hours=0.5 if near else 6)


def reply(
    database: Database,
    at: datetime,
    *topics: str,
    level: str = "none",
    text: str = "…",
    number: str = "+33612345678",
) -> int | None:
    """Write as the patient: what was answered is about `topics`, no sign by default."""
    turn = Turn(number, at, text, level, uuid.uuid4().hex, topics or ("check_in",))
    return record(database, turn)


def outcomes(database: Database) -> dict[str, str | None]:
    """Return {step: outcome} of what somebody has written about."""
    with database.begin() as session:
        rows = session.query(Delivery).order_by(Delivery.id)
        return {row.step: row.outcome for row in rows if row.outcome}
