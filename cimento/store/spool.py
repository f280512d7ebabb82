"""A folder outside var/ for the little that must be kept while the database takes nothing."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cimento.settings.paths import ROOT
from cimento.settings.storage import StorageSettings


def spool_folder() -> Path:
    """Return the folder of the settings, else this installation's own, the same at every start."""
    if given := StorageSettings.read().spool:
        return Path(given)
    kept = Path("/var/tmp")  # survives a reboot, where there is one
    parent = kept if kept.is_dir() else Path(tempfile.gettempdir())
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return parent / f"cimento-{os.getuid()}-{name}"


class SpoolFolder:
    """Small files, each named after what it is about, which the name does not tell."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or spool_folder()

    def _file(self, name: str, suffix: str) -> Path:
        return self._folder / (hashlib.sha256(name.encode()).hexdigest()[:32] + suffix)

    def write(self, name: str, suffix: str, content: str) -> None:
        """Write a file, whole or not at all. Raises OSError: the folder must be ours alone."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self._folder.lstat()
        if self._folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError("the folder of the spool is not ours alone")
        file = self._file(name, suffix)
        unfinished = file.with_suffix(f"{suffix}-new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as output:
            output.write(content)
            output.flush()
            os.fsync(output.fileno())
        unfinished.replace(file)

    def read(self, name: str, suffix: str) -> str | None:
        """Return the content of a file, None when there is none."""
        try:
            return self._file(name, suffix).read_text()
        except OSError:
            return None

    def contents(self, suffix: str) -> Iterator[str]:
        """Yield the content of each file with this suffix."""
        for file in sorted(self._folder.glob(f"*{suffix}")) if self._folder.is_dir() else ():
            with suppress(OSError):  # another process was first
                yield file.read_text()

    def remove(self, name: str, suffix: str) -> None:
        """Remove a file, if it is there."""
        with suppress(OSError):
            self._file(name, suffix).unlink()
