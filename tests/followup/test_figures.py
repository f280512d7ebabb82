"""The figures by week: what is counted, in which week of Paris, and how durations are told."""

from datetime import date, datetime, timedelta, timezone

from cimento.followup import alerts, care, figures, people, replies
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import enrol
from cimento.followup.figures import middle, monday_of, ninth_tenth
from cimento.followup.models import AlertKind, Closing
from cimento.followup.protocol import Protocol
from cimento.followup.replies import Turn
from cimento.store.database import Database
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FakeClock


def test_a_week_is_counted_from_what_happened(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock
) -> None:
    for number in ("0612345678", "0612345679", "0612345670"):
        enrol(database, protocol, request(number), NOON)
    clock.now = NOON + timedelta(hours=22)
    assert dispatcher.tick()["sent"] == 3
    assert figures.today(database, clock.now) == figures.Today(0, 3, 0, 0)
    for number, minutes, topics in (
        ("+33612345678", 10, ("check_in",)),
        ("+33612345679", 30, ("check_in",)),
        ("+33612345670", 5, ("unsure",)),
    ):
        at = clock.now + timedelta(minutes=minutes)
        replies.record(database, Turn(number, at, "…", "none", f"m{minutes}", topics))
    name = people.remember(database, "+33612345670", clock.now)
    alerts.raise_alert(database, name, AlertKind.ALARM, clock.now, "medecin")
    care.take(database, [1], "Claire", clock.now + timedelta(minutes=4))
    care.close(database, [1], "Claire", Closing.REACHED, "", clock.now + timedelta(minutes=9))
    replies.stop(database, name, clock.now)
    before, week = figures.weeks(database, clock.now, 2)
    assert (before.asked, before.discharges, before.alert_count) == (0, 0, 0)
    assert (week.monday, week.discharges) == (date(2027, 3, 8), 3)
    assert (week.asked, week.answered, week.written, week.understood) == (3, 2, 3, 2)
    assert middle(week.to_answer) == timedelta(minutes=20)
    assert (week.alarm_count, week.alert_count, week.stops) == (1, 2, 1)  # STOP alerts too
    assert (week.to_take, week.to_close) == ([timedelta(minutes=4)], [timedelta(minutes=9)])
    assert figures.today(database, clock.now).answers == 2
    assert figures.today(database, clock.now).waiting == 1


def test_weeks_are_those_of_paris() -> None:
    sunday_in_utc = datetime(2027, 3, 7, 23, 30, tzinfo=timezone.utc)
    assert monday_of(sunday_in_utc) == date(2027, 3, 8)
    assert monday_of(sunday_in_utc - timedelta(hours=1)) == date(2027, 3, 1)


def test_few_durations_have_no_ninth_tenth() -> None:
    minutes = [timedelta(minutes=n) for n in range(11)]
    assert ninth_tenth(minutes[:9]) is None
    assert ninth_tenth(minutes) == timedelta(minutes=9)
    assert middle([]) is None
