"""What takes long to start is started while other tests run, one after the other."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
Maker = Callable[[], AbstractContextManager[T]]

LANE = "ahead"  # how the threads of what is started ahead are named


class Ahead:
    """Enters context managers in a thread of its own: one core for the tests, one for it."""

    def __init__(self) -> None:
        self._lane = ThreadPoolExecutor(1, thread_name_prefix=LANE)
        self._begun: dict[Maker[Any], tuple[Future[Any], ExitStack]] = {}

    def begin(self, maker: Maker[Any]) -> None:
        """Enter `maker()` when the lane is free, unless it is begun already."""
        if maker not in self._begun:
            stack = ExitStack()
            future = self._lane.submit(lambda: stack.enter_context(maker()))
            self._begun[maker] = future, stack

    @contextmanager
    def taken(self, maker: Maker[T]) -> Iterator[T]:
        """Give what `maker()` gives, once it is there; leave it at the end.

        What it raises, a skip of pytest's among it, is raised here.
        """
        self.begin(maker)
        future, stack = self._begun[maker]
        try:
            yield future.result()
        finally:
            del self._begun[maker]
            stack.close()

    def close(self) -> None:
        """Leave what nobody took."""
        self._lane.shutdown(cancel_futures=True)
        for _, stack in self._begun.values():
            stack.close()
