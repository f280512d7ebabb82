"""Show that something long goes on."""

import sys
import time
from typing import TextIO

_EVERY = 10  # seconds between two lines, where lines cannot be redrawn


class Progress:
    """Says how long `doing` has taken: on a terminal one line redrawn, elsewhere a line at the
    beginning and every ten seconds."""

    def __init__(self, doing: str, output: TextIO | None = None) -> None:
        self._doing = doing
        self._output = output or sys.stdout
        self._began = time.monotonic()
        self._next = 0.0
        self._redrawn = self._output.isatty()

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    def tick(self) -> None:
        """Say it, if it is time to."""
        seconds = self.seconds
        if seconds < self._next:
            return
        self._next = seconds + (1 if self._redrawn else _EVERY)
        text = f"{self._doing}… {seconds:.0f} s"
        self._output.write(f"\r{text}" if self._redrawn else f"{text}\n")
        self._output.flush()

    def end(self) -> None:
        """Leave the line that was redrawn."""
        if self._redrawn:
            self._output.write("\n")
