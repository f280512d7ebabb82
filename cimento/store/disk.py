"""The folder of all that is written at run time: for its owner alone, with room left."""

import os
import shutil
from pathlib import Path

_MEGABYTE = 1_000_000  # bytes


def keep_private(folder: Path) -> None:
    """Make `folder` and what is in it the owner's alone, and so what is made from now on.

    Databases made by an earlier release could be read by everybody on the machine.
    """
    os.umask(0o077)
    folder.mkdir(exist_ok=True)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink() and path.stat().st_uid == os.getuid():
            path.chmod(0o700 if path.is_dir() else 0o600)


def open_to_others(folder: Path) -> list[Path]:
    """Return what in `folder`, itself included, others than its owner may read."""
    found = (folder, *folder.rglob("*")) if folder.exists() else ()
    return [path for path in found if path.lstat().st_mode & 0o077 and not path.is_symlink()]


def shortage(folder: Path, megabytes: int) -> str | None:
    """Return what to say when the disk of `folder` has less than `megabytes` free, else None."""
    existing = folder if folder.exists() else folder.parent
    free = shutil.disk_usage(existing).free // _MEGABYTE
    if free >= megabytes:
        return None
    return (
        f"The disk of {folder.name}/ has {free} MB free, {megabytes} are needed "
        "(CIMENTO_FREE_MEGABYTES): conversations and alerts could soon not be kept. Make room."
    )
