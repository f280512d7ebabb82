"""Ask all checks without holding anybody up."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from cimento.monitoring.checks import Check
from cimento.monitoring.seldom import DEADLINE, FRESH, Seldom


class Readiness:
    """What the checks say now, or said `fresh` seconds ago."""

    def __init__(
        self, checks: Mapping[str, Check], fresh: float = FRESH, deadline: float = DEADLINE
    ) -> None:
        threads = ThreadPoolExecutor(len(checks), "check")
        self._deadline = deadline
        self._checks = {
            name: Seldom(check, threads, fresh, deadline) for name, check in checks.items()
        }

    async def wrong(self) -> dict[str, str | None]:
        """Return {part: what is wrong with it and what to do, None when nothing is}."""
        said = await asyncio.gather(*map(self._ask, self._checks))
        return dict(zip(self._checks, said, strict=True))

    async def _ask(self, name: str) -> str | None:
        try:
            return await self._checks[name].ask()
        except asyncio.TimeoutError:
            return f"{name}: nothing was said within {self._deadline:.0f} s: it hangs."
        except Exception as error:  # its words may hold an address
            return f"{name}: it cannot be looked at ({type(error).__name__})."
