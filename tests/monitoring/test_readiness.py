"""Checks hold nobody up, are asked seldom, and may hang or fail."""

import asyncio
import threading

from cimento.monitoring.readiness import Readiness


async def test_a_check_that_hangs_is_red_and_asked_once() -> None:
    may_end, asked = threading.Event(), []

    def hang() -> None:
        asked.append(1)
        may_end.wait()

    readiness = Readiness({"slow": hang, "quick": lambda: None}, fresh=0.0, deadline=0.01)
    for _ in range(3):
        wrong = await readiness.wrong()
        assert "hangs" in (wrong["slow"] or "")
    assert len(asked) == 1
    may_end.set()
    while (await readiness.wrong())["slow"]:
        pass


async def test_a_crowd_asks_once() -> None:
    asked: list[int] = []
    readiness = Readiness({"part": lambda: asked.append(1)}, fresh=3600.0, deadline=60.0)
    await asyncio.gather(*(readiness.wrong() for _ in range(50)))
    assert await readiness.wrong() == {"part": None}
    assert len(asked) == 1


async def test_a_check_that_fails_tells_its_kind_alone() -> None:
    def fail() -> None:
        raise OSError("postgresql://user:password@host")

    wrong = await Readiness({"part": fail}).wrong()
    assert wrong == {"part": "part: it cannot be looked at (OSError)."}
