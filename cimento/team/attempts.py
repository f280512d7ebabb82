"""How often somebody may try to log in."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_ATTEMPTS = RateLimitItemPerMinute(30)  # of all together: a password takes some 50 ms of a core


class Attempts:
    """Counts those who try to log in, in memory."""

    def __init__(self) -> None:
        self._counts = MemoryStorage()  # the limiter itself holds it by a weak reference
        self._limiter = MovingWindowRateLimiter(self._counts)

    def allow(self) -> bool:
        """Count one more; return whether it may go on."""
        return bool(self._limiter.hit(_ATTEMPTS))
