"""Alerts that the database would not take: kept in memory and in a folder on another path, until
it does.

Raising one twice changes nothing (see alerts.add), so a file that stays too long does no harm.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from cimento.followup.replies import Turn
from cimento.store.spool import SpoolFolder
from cimento.store.vault import VaultError, decrypt, encrypt

logger = logging.getLogger(__name__)

_WORDS = "alert spool"  # the key that alerts are encrypted with
SUFFIX = ".alert"


def _sealed(turn: Turn) -> str:
    """Return all of a turn, encrypted."""
    return encrypt(json.dumps({**asdict(turn), "at": turn.at.isoformat()}), _WORDS)


def _read(content: str) -> Turn:
    fields = json.loads(decrypt(content, _WORDS))
    fields["at"] = datetime.fromisoformat(fields["at"])
    # The release before kept no topics.
    return Turn(**{**fields, "topics": tuple(fields.get("topics", ()))})


class Spool:
    """Alerts that wait, by the id of their message."""

    def __init__(self, folder: SpoolFolder | None = None) -> None:
        self._folder = folder or SpoolFolder()
        self._memory: dict[str, Turn] = {}
        self._lock = threading.Lock()

    def keep(self, alert: Turn) -> None:
        """Keep an alert. Never raises: what cannot be written stays in memory."""
        with self._lock:
            self._memory[alert.message_id] = alert
        try:
            self._folder.write(alert.message_id, SUFFIX, _sealed(alert))
        except OSError as error:
            logger.error("An alert waits in memory alone: %s.", type(error).__name__)

    def drain(self, raise_alert: Callable[[Turn], None]) -> int:
        """Raise what waits; return how many. What `raise_alert` raises ends it: the rest waits."""
        waiting = self._all()
        for message_id, alert in waiting.items():
            raise_alert(alert)
            with self._lock:
                self._memory.pop(message_id, None)
            self._folder.remove(message_id, SUFFIX)
        return len(waiting)

    def _all(self) -> dict[str, Turn]:
        with self._lock:
            found = dict(self._memory)
        for content in self._folder.contents(SUFFIX):
            try:
                alert = _read(content)
            except (ValueError, VaultError) as error:
                # Of another secret, mostly: it stays, and is told of until somebody looks.
                logger.error("An alert in the spool is not readable: %s.", type(error).__name__)
            else:
                found.setdefault(alert.message_id, alert)
        return found
