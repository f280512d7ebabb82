"""Ask all checks without holding anybody up: in threads of their own, and seldom."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from cimento.monitoring.checks import Check

FRESH = 5.0  # seconds that what a check said is said again
DEADLINE = 5.0  # seconds after which a check that has said nothing is taken for bad news


class Readiness:
    """What the checks say now. Whoever asks in the meantime gets the same answer; a check that
    hangs is not asked again until it ends."""

    def __init__(
        self, checks: Mapping[str, Check], fresh: float = FRESH, deadline: float = DEADLINE
    ) -> None:
        threads = ThreadPoolExecutor(len(checks), "check")
        self._probes = {
            name: _Probe(name, check, threads, fresh, deadline) for name, check in checks.items()
        }

    async def wrong(self) -> dict[str, str | None]:
        """Return {part: what is wrong with it and what to do, None when nothing is}."""
        said = await asyncio.gather(*(probe.ask() for probe in self._probes.values()))
        return dict(zip(self._probes, said, strict=True))


class _Probe:
    def __init__(
        self, name: str, check: Check, threads: ThreadPoolExecutor, fresh: float, deadline: float
    ) -> None:
        self._name, self._check, self._threads = name, check, threads
        self._fresh, self._deadline = fresh, deadline
        self._asked: asyncio.Future[str | None] | None = None
        self._asked_at = 0.0  # on the loop's clock

    async def ask(self) -> str | None:
        loop = asyncio.get_running_loop()
        age = loop.time() - self._asked_at
        if self._asked is None or (self._asked.done() and age >= self._fresh):
            self._asked = loop.run_in_executor(self._threads, self._look)
            self._asked_at, age = loop.time(), 0.0
        done, _ = await asyncio.wait([self._asked], timeout=max(0.0, self._deadline - age))
        if done:
            return self._asked.result()
        return f"{self._name}: nothing was said within {self._deadline:.0f} s: it hangs."

    def _look(self) -> str | None:
        try:
            return self._check()
        except Exception as error:  # its words may hold an address
            return f"{self._name}: it cannot be looked at ({type(error).__name__})."
