"""No log of any test holds what was said in it, or a telephone number.

Whoever plays a patient tells what is said (`saying`); the logs of this process are looked at after
every test (conftest), those of the servers when they stop.
"""

import logging
import re
from pathlib import Path

_SHORTEST = 12  # characters: a shorter message may be any word of a log
# A French mobile, as people, providers and programs write it.
_NUMBER = re.compile(r"(?<![\w-])(?:\+33|0033|33|0) ?[67](?:[ .]?\d\d){4}(?![\w-])")
_said: set[str] = set()


def saying(text: str) -> str:
    """Return `text`, which a patient is about to say."""
    if len(text.strip()) >= _SHORTEST and any(letter.isalpha() for letter in text):
        _said.add(text.strip())
    return text


def private(log: str) -> list[str]:
    """Return what in `log` is private."""
    return [*_NUMBER.findall(log), *(text for text in _said if text in log)]


def check_file(log: Path) -> None:
    """Fail when the log of a server holds something private."""
    found = private(log.read_text(errors="replace"))
    assert not found, f"{log.name} holds {len(found)} private things: {found[:3]}"


class Listener(logging.Handler):
    """Keeps what in the records of all loggers is private."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = logging.Formatter().format(record)  # with the traceback
        self.found += [f"{record.name}: {thing}" for thing in private(text)]
