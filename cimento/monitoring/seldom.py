"""Something slow, asked seldom, in a thread of its own: it holds nobody up, whatever it does."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

FRESH = 5.0  # seconds that what was found is said again
DEADLINE = 5.0  # seconds after which what has said nothing is taken for bad news
T = TypeVar("T")


class Seldom(Generic[T]):
    """What `work` returns, at most `fresh` seconds old. Whoever asks meanwhile gets the same; work
    that hangs is not begun again until it ends."""

    def __init__(
        self,
        work: Callable[[], T],
        threads: ThreadPoolExecutor,
        fresh: float = FRESH,
        deadline: float = DEADLINE,
    ) -> None:
        self._work, self._threads = work, threads
        self._fresh, self._deadline = fresh, deadline
        self._asked: asyncio.Future[T] | None = None
        self._asked_at = 0.0  # on the loop's clock

    async def ask(self) -> T:
        """Return what the work returned, or raise what it raised; asyncio.TimeoutError when
        nothing has come `deadline` seconds after it began."""
        loop = asyncio.get_running_loop()
        age = loop.time() - self._asked_at
        if self._asked is None or (self._asked.done() and age >= self._fresh):
            self._asked = loop.run_in_executor(self._threads, self._work)
            self._asked_at, age = loop.time(), 0.0
        done, _ = await asyncio.wait([self._asked], timeout=max(0.0, self._deadline - age))
        if not done:
            raise asyncio.TimeoutError
        return self._asked.result()
