"""When SMS are due: both changes of summer time, midnight, 29 February, the hours of sending."""

from datetime import datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cimento.followup import schedule
from cimento.followup.protocol import Protocol
from cimento.followup.schedule import PARIS, Moment, MomentRefused, Window
from cimento.store.base import check_aware


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def local(moment: datetime) -> str:
    return moment.astimezone(PARIS).strftime("%Y-%m-%d %H:%M")


def test_a_follow_up_in_winter(protocol: Protocol) -> None:
    windows = protocol.windows(paris("2027-03-09T08:30"), paris("2027-03-09T16:00"))
    assert {step: (local(w.due), local(w.expires)) for step, w in windows.items()} == {
        "evening_before": ("2027-03-08 18:00", "2027-03-08 20:00"),
        "day_of_return": ("2027-03-09 16:00", "2027-03-09 20:00"),
        "day_1": ("2027-03-10 10:00", "2027-03-10 20:00"),
        "day_3": ("2027-03-12 10:00", "2027-03-12 20:00"),
        "three_weeks": ("2027-03-30 10:00", "2027-04-06 10:00"),
    }


def test_without_an_act_nothing_precedes_it(protocol: Protocol) -> None:
    assert "evening_before" not in protocol.windows(None, paris("2027-03-09T16:00"))


@pytest.mark.parametrize(
    ("discharge", "due"),
    [
        ("2027-03-27T16:00", "2027-03-28T08:00"),  # summer time begins that night
        ("2027-03-28T16:00", "2027-03-29T08:00"),
        ("2027-10-29T16:00", "2027-10-30T08:00"),
        ("2027-10-30T16:00", "2027-10-31T09:00"),  # winter time begins that night
    ],
)
def test_day_1_is_at_ten_by_the_clock_whatever_the_night(
    protocol: Protocol, discharge: str, due: str
) -> None:
    window = protocol.windows(None, paris(discharge))["day_1"]
    assert window.due == utc(due)
    assert local(window.due).endswith("10:00")
    assert local(window.expires).endswith("20:00")


def test_a_day_counts_from_midnight_in_paris(protocol: Protocol) -> None:
    before = protocol.windows(None, paris("2027-03-09T23:59"))["day_1"]
    at = protocol.windows(None, paris("2027-03-10T00:00"))["day_1"]
    assert at.due - before.due == timedelta(days=1)


def test_29_february(protocol: Protocol) -> None:
    windows = protocol.windows(paris("2028-03-01T09:00"), paris("2028-03-01T16:00"))
    assert local(windows["evening_before"].due) == "2028-02-29 18:00"
    assert local(protocol.windows(None, paris("2028-02-28T16:00"))["day_1"].due).startswith(
        "2028-02-29"
    )


def test_a_return_in_the_night_has_no_advice_of_the_day(protocol: Protocol) -> None:
    assert protocol.windows(None, paris("2027-03-09T21:00"))["day_of_return"].is_empty
    early = protocol.windows(None, paris("2027-03-09T06:30"))["day_of_return"]
    assert (local(early.due), early.is_empty) == ("2027-03-09 08:00", False)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2027-03-09T07:59:59", False),
        ("2027-03-09T08:00", True),
        ("2027-03-09T19:59:59", True),
        ("2027-03-09T20:00", False),
        ("2027-03-28T08:00", True),  # 6:00 UTC, the first morning of summer time
        ("2027-10-31T07:59", False),  # 6:59 UTC, the first morning of winter time
    ],
)
def test_hours_of_sending(moment: str, allowed: bool) -> None:
    assert schedule.may_send(paris(moment)) is allowed


@pytest.mark.parametrize(
    ("sent", "hours", "expected"),
    [
        ("2027-03-09T10:00", 4, "2027-03-09 14:00"),
        ("2027-03-09T16:00", 4, "2027-03-10 08:00"),  # 20:00 is too late
        ("2027-03-09T19:00", 4, "2027-03-10 08:00"),
        ("2027-03-27T19:59", 8, "2027-03-28 08:00"),
        ("2027-10-30T19:59", 13, "2027-10-31 08:00"),  # 7:59 with the hour that comes back
    ],
)
def test_hours_after(sent: str, hours: float, expected: str) -> None:
    assert local(schedule.after(paris(sent), hours)) == expected


_MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1), timezones=st.just(timezone.utc))


@given(_MOMENTS)
def test_the_next_allowed_moment_is_allowed_and_near(moment: datetime) -> None:
    found = schedule.next_allowed(moment)
    assert schedule.may_send(found)
    assert timedelta() <= found - moment <= timedelta(hours=13)


@given(_MOMENTS, st.integers(-3, 30), st.integers(8, 19), st.integers(1, 24))
def test_a_window_opens_at_its_hour(anchor: datetime, days: int, hour: int, valid: int) -> None:
    found = schedule.window(Moment("discharge", days, time(hour)), anchor, timedelta(hours=valid))
    day = anchor.astimezone(PARIS).date() + timedelta(days=days)
    assert local(found.due) == f"{day} {hour:02}:00"
    assert not found.is_empty


def test_naive_datetimes_say_no_moment() -> None:
    naive = datetime(2027, 3, 9, 12)
    for call in (schedule.may_send, schedule.next_allowed, check_aware):
        with pytest.raises(ValueError, match="time zone"):
            call(naive)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12/03/2027 16 h 05", "2027-03-12T15:05"),
        ("1/4/2027 à 8h", "2027-04-01T06:00"),
        (" 12/03/2027, 16:00 ", "2027-03-12T15:00"),
        ("2027-03-09T12:00", "2027-03-09T11:00"),
        ("2027-07-09 12:00", "2027-07-09T10:00"),
        ("2027-03-09T12:00+01:00", "2027-03-09T11:00"),
        ("2027-03-09T12:00:00Z", "2027-03-09T12:00"),
        ("2027-10-31T02:30+01:00", "2027-10-31T01:30"),
    ],
)
def test_read_moment(text: str, moment: str) -> None:
    assert schedule.read_moment(text) == utc(moment)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2027-03-28T02:30", "n'existe pas"),
        ("2027-10-31T02:30", "deux fois"),
        ("09/03/2027", "lisible"),  # at which hour?
        ("31/02/2027 16 h", "lisible"),
        ("9/3/27 16 h", "lisible"),
        ("28/03/2027 2 h 30", "n'existe pas"),
        ("", "lisible"),
        ("2027-02-29T10:00", "lisible"),
        ("0001-01-01T00:00+14:00", "calendrier"),
        ("9999-12-31T23:59-14:00", "calendrier"),
        ("\x00", "lisible"),
    ],
)
def test_read_moment_refuses(text: str, reason: str) -> None:
    with pytest.raises(MomentRefused, match=reason):
        schedule.read_moment(text)


def test_retries_are_less_and_less_frequent() -> None:
    minutes = [schedule.retry_delay(n).total_seconds() / 60 for n in (1, 2, 3, 6, 7, 50)]
    assert minutes == [1, 2, 4, 32, 60, 60]


def test_a_window_excludes_its_end() -> None:
    moment = utc("2027-03-09T12:00")
    assert Window(moment, moment).is_empty
