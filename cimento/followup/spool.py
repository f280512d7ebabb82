"""Alerts that the database would not take: kept in memory and in a folder on another path, until
it does.

Raising one twice changes nothing (see alerts.add), so a file that stays too long does no harm.
"""

import hashlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from cimento.settings.paths import ROOT
from cimento.settings.storage import StorageSettings
from cimento.store.vault import VaultError, decrypt, encrypt

logger = logging.getLogger(__name__)

_WORDS = "alert spool"  # the key that alerts are encrypted with
_SUFFIX = ".alert"


@dataclass(frozen=True)
class Waiting:
    """An alert as the SMS channel raised it; see listener.FollowUpListener.escalated."""

    number: str = field(repr=False)
    at: datetime
    text: str = field(repr=False)
    level: str
    message_id: str

    @property
    def file_name(self) -> str:
        """The same for the same message, and for no other; it says nothing of either."""
        return hashlib.sha256(self.message_id.encode()).hexdigest()[:32] + _SUFFIX

    def encrypted(self) -> str:
        """Return all of it, encrypted."""
        return encrypt(json.dumps({**asdict(self), "at": self.at.isoformat()}), _WORDS)


def _read(content: str) -> Waiting:
    fields = json.loads(decrypt(content, _WORDS))
    return Waiting(**{**fields, "at": datetime.fromisoformat(fields["at"])})


def default_folder() -> Path:
    """Return the folder of this installation outside var/, the same at every start."""
    kept = Path("/var/tmp")  # survives a reboot, where there is one
    parent = kept if kept.is_dir() else Path(tempfile.gettempdir())
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return parent / f"cimento-{os.getuid()}-{name}"


class Spool:
    """Alerts that wait. `folder`: ours alone, else it is not used."""

    def __init__(self, folder: Path | None = None) -> None:
        given = StorageSettings.read().spool
        self._folder = folder or (Path(given) if given else default_folder())
        self._memory: dict[str, Waiting] = {}
        self._lock = threading.Lock()

    def keep(self, alert: Waiting) -> None:
        """Keep an alert. Never raises: what cannot be written stays in memory."""
        with self._lock:
            self._memory[alert.file_name] = alert
        try:
            self._prepare()
            unfinished = self._folder / f"{alert.file_name}.new"
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as output:
                output.write(alert.encrypted())
                output.flush()
                os.fsync(output.fileno())
            unfinished.replace(self._folder / alert.file_name)
        except OSError as error:
            logger.error("An alert waits in memory alone: %s.", type(error).__name__)

    def _prepare(self) -> None:
        """Make the folder; PermissionError when it is not ours alone."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self._folder.lstat()
        if self._folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError("the folder of the spool is not ours alone")

    def drain(self, raise_alert: Callable[[Waiting], None]) -> int:
        """Raise what waits; return how many. What `raise_alert` raises ends it: the rest waits."""
        count = 0
        for name, alert in self._all().items():
            raise_alert(alert)
            with self._lock:
                self._memory.pop(name, None)
            with suppress(OSError):  # never written, or to be raised again, which does no harm
                (self._folder / name).unlink()
            count += 1
        return count

    def _all(self) -> dict[str, Waiting]:
        with self._lock:
            found = dict(self._memory)
        if not self._folder.is_dir():
            return found
        for file in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if file.name in found:
                continue
            try:
                found[file.name] = _read(file.read_text())
            except (OSError, ValueError, VaultError) as error:
                # Of another secret, mostly: it stays, and is told of until somebody looks.
                logger.error("An alert in the spool is not readable: %s.", type(error).__name__)
        return found
