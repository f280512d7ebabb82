"""Stand-ins for the provider, the assistant and the clock. Those on files survive SIGKILL."""

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cimento.sms.gateway import Knowledge


class FileGateway:
    """Writes each SMS as one line of JSON in a file: what is there has reached the provider.

    `knows`: whether `state_of` can tell.
    """

    def __init__(self, file: Path, knows: bool = True) -> None:
        self._file = file
        self._knows = knows

    def send(self, number: str, text: str, reference: str) -> str:
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, f"{json.dumps([reference, number, text])}\n".encode())
        finally:
            os.close(descriptor)
        return f"id-{reference}"

    def lines(self) -> list[list[str]]:
        """Return [reference, number, text] of each SMS sent."""
        if not self._file.exists():
            return []
        return [json.loads(line) for line in self._file.read_text().splitlines()]

    def sent(self) -> Counter[tuple[str, str]]:
        """Return how often each (number, text) was sent."""
        return Counter((number, text) for _, number, text in self.lines())

    def state_of(self, reference: str) -> Knowledge:
        if not self._knows:
            return "unknown"
        return "sent" if any(line[0] == reference for line in self.lines()) else "absent"


class FailingGateway(FileGateway):
    """Raises what `failures` holds, one at each call, then sends."""

    def __init__(self, file: Path, *failures: Exception) -> None:
        super().__init__(file)
        self.failures = list(failures)

    def send(self, number: str, text: str, reference: str) -> str:
        if self.failures:
            raise self.failures.pop(0)
        return super().send(number, text, reference)


class FakeAssistant:
    """Counts the check-ins that conversations were told of; raises `failure` if given."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.told: Counter[str] = Counter()
        self.failure = failure

    def start_check_in(self, conversation_id: str) -> None:
        if self.failure:
            raise self.failure
        self.told[conversation_id] += 1


class FakeClock:
    """A clock that the test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def running_from(start: datetime) -> Callable[[], datetime]:
    """Return a clock that shows `start` now, and goes on at the real pace."""
    begun = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - begun)
