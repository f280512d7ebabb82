"""When an SMS is due. Pure: no clock, no storage; every datetime has its time zone.

Patients live by the clock of Paris (overseas numbers included: the hospital's hours); sums
of hours are made in UTC, so that both changes of summer time come out right.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

from cimento.store.base import check_aware

PARIS = ZoneInfo("Europe/Paris")
OPENS, CLOSES = time(8), time(20)  # in Paris; nothing is sent from CLOSES to OPENS

_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),? (?:à )?(\d{1,2}) ?(?:h|:) ?(\d{2})?")

Anchor = Literal["act", "discharge"]


class MomentRefused(ValueError):
    """A date cannot be used; the message says why, in French."""


@dataclass(frozen=True)
class Moment:
    """A moment of the follow-up: `days` after the anchor's day `at` an hour of Paris, or
    `hours` after the anchor."""

    anchor: Anchor
    days: int = 0
    at: time | None = None
    hours: float = 0


@dataclass(frozen=True)
class Window:
    """From when an SMS is due until it is too late to be true (both UTC, end excluded)."""

    due: datetime
    expires: datetime

    @property
    def is_empty(self) -> bool:
        """Whether the hours of sending leave no moment at which the text is still true."""
        return self.due >= self.expires


def _iso(text: str) -> str:
    """Return "12/03/2027 à 16 h 05" as ISO 8601, what is not so written as it stands."""
    found = _FRENCH.fullmatch(" ".join(text.split()))
    if not found:
        return text.strip().replace("Z", "+00:00")
    day, month, year, hour, minute = (int(part or 0) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}"


def read_moment(text: str) -> datetime:
    """Return the moment (UTC) that a text says: ISO 8601, by the clock of Paris without offset, or
    as one types it in France, "12/03/2027 16 h 05"; the hour is needed.

    Raises MomentRefused when it is no date, or an hour that the change of summer time skips
    or repeats and that only an offset would tell.
    """
    try:
        moment = datetime.fromisoformat(_iso(text))
    except ValueError:
        raise MomentRefused(
            "Cette date n'est pas lisible : écrivez par exemple 28/03/2027 14 h 30."
        ) from None
    try:
        if moment.tzinfo:
            return moment.astimezone(timezone.utc)
        local = moment.replace(tzinfo=PARIS)
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            raise MomentRefused(
                "Cette heure n'existe pas ou existe deux fois (changement d'heure) : "
                "écrivez-la avec son décalage, par exemple 2027-03-28T14:30+01:00."
            )
        return local.astimezone(timezone.utc)
    except OverflowError:
        raise MomentRefused("Cette date est hors du calendrier.") from None


def may_send(now: datetime) -> bool:
    """Return whether SMS may be sent at `now`: from 8:00 until 20:00 in Paris."""
    return OPENS <= check_aware(now).astimezone(PARIS).time() < CLOSES


def next_allowed(moment: datetime) -> datetime:
    """Return `moment`, or the next opening when SMS may not be sent then (UTC)."""
    moment = check_aware(moment)
    if may_send(moment):
        return moment
    local = moment.astimezone(PARIS)
    day = local.date() + timedelta(days=local.time() >= CLOSES)
    return datetime.combine(day, OPENS, PARIS).astimezone(timezone.utc)


def window(moment: Moment, anchor: datetime, valid_for: timedelta) -> Window:
    """Return when an SMS of `moment` is due, given the datetime of its anchor."""
    anchor = check_aware(anchor)
    if moment.at is None:
        nominal = anchor + timedelta(hours=moment.hours)
    else:
        day = anchor.astimezone(PARIS).date() + timedelta(days=moment.days)
        nominal = datetime.combine(day, moment.at, PARIS).astimezone(timezone.utc)
    return Window(due=next_allowed(nominal), expires=nominal + valid_for)


def after(sent: datetime, hours: float) -> datetime:
    """Return the first moment of sending (UTC) at least `hours` after `sent`."""
    return next_allowed(check_aware(sent) + timedelta(hours=hours))


def retry_delay(attempts: int) -> timedelta:
    """Return how long to wait after `attempts` temporary failures: 1, 2, 4… 60 minutes."""
    return timedelta(minutes=min(2 ** (min(attempts, 7) - 1), 60))
