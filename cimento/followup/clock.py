"""The present, as everything that takes a clock expects it."""

from collections.abc import Callable
from datetime import datetime, timezone

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present, aware."""
    return datetime.now(timezone.utc)
