"""Hear an alarm without Rasa: when it fails, or before it is asked whether to answer at all.

The reader that Rasa loaded in this process is asked; without one, the names of the signs are read
(signs.py), which finds half of what the reader does.
"""

import logging
from typing import Protocol

from cimento.nlu import signs
from cimento.nlu.message_model import Reading

logger = logging.getLogger(__name__)


class Reader(Protocol):
    """What reads a message that holds a letter or a figure."""

    def read(self, text: str) -> Reading:
        """Return what `text` tells."""
        ...


class _Ears:
    reader: Reader | None = None


def listen_with(reader: Reader | None) -> Reader | None:
    """Ask `reader` from now on, in this process (None: read names alone); return the one before."""
    before, _Ears.reader = _Ears.reader, reader
    return before


def heard(text: str) -> str | None:
    """Return the gravest sign of alarm that `text` tells; None when it tells none."""
    if _Ears.reader is not None and any(c.isalnum() for c in text):
        try:
            reading = _Ears.reader.read(text)
        except Exception as error:
            # Whatever is broken, names can be read. A traceback may hold the patient's words.
            logger.error("The reader failed: %s.", type(error).__name__)
        else:
            return reading.sign if reading.is_alarm else None
    return next(iter(signs.present(signs.read(text))), None)
