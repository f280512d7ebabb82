"""Alerts that the database would not take: kept in memory and in a folder on another path, until
it does.

Raising one twice changes nothing (see alerts.add), so a file that stays too long does no harm.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from cimento.store.spool import SpoolFolder
from cimento.store.vault import VaultError, decrypt, encrypt

logger = logging.getLogger(__name__)

_WORDS = "alert spool"  # the key that alerts are encrypted with
SUFFIX = ".alert"


@dataclass(frozen=True)
class Waiting:
    """An alert as the SMS channel raised it; see listener.FollowUpListener.escalated."""

    number: str = field(repr=False)
    at: datetime
    text: str = field(repr=False)
    level: str
    message_id: str

    def encrypted(self) -> str:
        """Return all of it, encrypted."""
        return encrypt(json.dumps({**asdict(self), "at": self.at.isoformat()}), _WORDS)


def _read(content: str) -> Waiting:
    fields = json.loads(decrypt(content, _WORDS))
    return Waiting(**{**fields, "at": datetime.fromisoformat(fields["at"])})


class Spool:
    """Alerts that wait, by the id of their message."""

    def __init__(self, folder: SpoolFolder | None = None) -> None:
        self._folder = folder or SpoolFolder()
        self._memory: dict[str, Waiting] = {}
        self._lock = threading.Lock()

    def keep(self, alert: Waiting) -> None:
        """Keep an alert. Never raises: what cannot be written stays in memory."""
        with self._lock:
            self._memory[alert.message_id] = alert
        try:
            self._folder.write(alert.message_id, SUFFIX, alert.encrypted())
        except OSError as error:
            logger.error("An alert waits in memory alone: %s.", type(error).__name__)

    def drain(self, raise_alert: Callable[[Waiting], None]) -> int:
        """Raise what waits; return how many. What `raise_alert` raises ends it: the rest waits."""
        waiting = self._all()
        for message_id, alert in waiting.items():
            raise_alert(alert)
            with self._lock:
                self._memory.pop(message_id, None)
            self._folder.remove(message_id, SUFFIX)
        return len(waiting)

    def _all(self) -> dict[str, Waiting]:
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
