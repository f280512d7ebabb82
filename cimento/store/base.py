"""What every table is made from: the declarative base, and moments that know their zone."""

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base: Any = declarative_base()


def check_aware(moment: datetime) -> datetime:
    """Return `moment` in UTC; ValueError when it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without time zone says no moment")
    return moment.astimezone(timezone.utc)


class UtcDateTime(sa.types.TypeDecorator):
    """A moment: takes aware datetimes only, gives them back in UTC, on every database."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else check_aware(value).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=timezone.utc)
