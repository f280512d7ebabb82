"""Read the rota: who is on duty when, in the order in which they are called, and by which way.

The file is YAML, a list (docs/followup.md): a name, one way or more to call (`sms`, `email`,
`webhook`), and when: `from` and `until`, moments of Paris; `weekly`, "lundi-vendredi 18:00-08:00".
Without a when, always.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, Field, ValidationError, validator

from cimento.followup.schedule import PARIS, read_moment
from cimento.settings.login import HERE
from cimento.settings.urls import check_url
from cimento.sms.numbers import normalise

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DAY = f"({'|'.join(_DAYS)})"
_WEEKLY = re.compile(rf"{_DAY}(?:-{_DAY})? (\d\d:\d\d)-(\d\d:\d\d)")
_ADDRESS = re.compile(r"[^@\s,]+@[^@\s,]+")


class RotaError(Exception):
    """The rota cannot be used; the message names the file and what is wrong in it, no number."""


@dataclass(frozen=True)
class Weekly:
    """Some hours of some days of the week: until the next day when they end before they begin."""

    days: frozenset[int]  # 0: Monday
    begins: time
    ends: time

    def holds(self, now: datetime) -> bool:
        """Return whether `now`, aware, is in these hours of Paris."""
        local = now.astimezone(PARIS)
        for day in (local.date() - timedelta(days=1), local.date()):
            last = day + timedelta(days=self.ends <= self.begins)
            begins = datetime.combine(day, self.begins, PARIS)
            if day.weekday() in self.days and begins <= local < datetime.combine(
                last, self.ends, PARIS
            ):
                return True
        return False


@dataclass(frozen=True)
class OnDuty:
    """One who can be called. `sms`: E.164; `since`, `until`: aware, UTC."""

    name: str
    sms: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    webhook: str = field(default="", repr=False)
    since: datetime | None = None
    until: datetime | None = None
    weekly: tuple[Weekly, ...] = ()

    def is_on_duty(self, now: datetime) -> bool:
        """Return whether they are on duty at `now`, aware."""
        if (self.since and now < self.since) or (self.until and now >= self.until):
            return False
        return not self.weekly or any(hours.holds(now) for hours in self.weekly)


class _Entry(BaseModel):
    """One entry of the file, as it is written."""

    class Config:
        extra = "forbid"

    name: str = Field(min_length=1, max_length=100)
    sms: str = ""
    email: str = ""
    webhook: str = ""
    since: datetime | None = Field(None, alias="from")
    until: datetime | None = None
    weekly: list[str] = []

    @validator("sms")
    def _number(cls, text: str) -> str:
        return normalise(text)

    @validator("email")
    def _address(cls, text: str) -> str:
        if not _ADDRESS.fullmatch(text):
            raise ValueError("is no e-mail address.")
        return text

    @validator("webhook")
    def _url(cls, url: str) -> str:
        here = urlsplit(check_url(url, "https", "http")).hostname in HERE
        return url if here else check_url(url, "https")

    @validator("since", "until", pre=True)
    def _moment(cls, text: object) -> datetime:
        return read_moment(str(text))

    @validator("weekly", each_item=True)
    def _hours(cls, text: str) -> str:
        _read_weekly(text)
        return text

    def on_duty(self) -> OnDuty:
        weekly = tuple(map(_read_weekly, self.weekly))
        return OnDuty(**{**dict(self), "weekly": weekly})


def read_rota(file: Path, signs: bool, mails: bool) -> list[OnDuty]:
    """Return all who stand on the rota, in their order. `signs`: whether webhooks can be signed;
    `mails`: whether e-mails can be sent. Raises RotaError."""
    try:
        # All as it is written: to YAML, 0612345678 is a number, in octal.
        entries = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
        if not isinstance(entries, list) or not entries:
            raise RotaError(f"{file.name}: write a list of those who are on duty, one at least.")
        found = [_Entry.parse_obj(entry).on_duty() for entry in entries]
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RotaError(f"{file.name}: {wrong}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RotaError(f"{file.name} cannot be read ({type(error).__name__}).") from None
    for one in found:
        if not (one.sms or one.email or one.webhook):
            raise RotaError(f"{file.name}: {one.name} has neither sms, email nor webhook.")
        if one.webhook and not signs:
            raise RotaError(f"{file.name}: a webhook needs CIMENTO_ON_CALL_SECRET.")
        if one.email and not mails:
            raise RotaError(f"{file.name}: an e-mail needs CIMENTO_SMTP_URL.")
    return found


def on_duty(rota: Sequence[OnDuty], now: datetime) -> list[OnDuty]:
    """Return who is on duty at `now` (aware), in the order they are called; each once."""
    found = {one.name: one for one in reversed(rota) if one.is_on_duty(now)}
    return [one for one in rota if found.get(one.name) is one]


def _read_weekly(text: str) -> Weekly:
    """Return the hours that "lundi-vendredi 18:00-08:00" says. Raises ValueError."""
    told = _WEEKLY.fullmatch(" ".join(text.split()).lower())
    if not told:
        raise ValueError("write « lundi-vendredi 18:00-08:00 ».")
    first, last, begins, ends = told.groups()
    start = _DAYS.index(first)
    count = (_DAYS.index(last or first) - start) % 7 + 1
    days = frozenset((start + n) % 7 for n in range(count))
    return Weekly(days, time.fromisoformat(begins), time.fromisoformat(ends))
