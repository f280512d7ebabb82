"""Let time pass, tick after tick, and see what went out."""

from datetime import timedelta

from cimento.followup.alerts import read_alerts
from cimento.followup.dispatch import Dispatcher
from cimento.followup.overview import next_moment
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
