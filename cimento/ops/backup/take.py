"""Make a copy of all that is kept, while it is used: `cimento backup`.

A copy is a folder: a file for each store, the alerts that wait in the spool, and manifest.json,
which has no word, name or number of anybody: rows and digests.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cimento.ops.backup import sealed
from cimento.ops.backup.prints import BackupError, Prints, file_digest
from cimento.ops.backup.stores import stores
from cimento.store.spool import spool_folder

MANIFEST, SPOOL = "manifest.json", "spool"


@dataclass(frozen=True)
class Copied:
    """One store of a copy."""

    kind: str
    sha256: str  # of its file
    tables: Prints


def take(folder: Path, recipient: str | None = None) -> dict[str, Copied]:
    """Copy everything into `folder`, which must not exist; return what was copied, by name.

    Each store is as it was at one moment, not all at the same one. With a `recipient` (of age or
    gpg) the secret goes in, encrypted to them; else it does not. Raises BackupError.
    """
    if folder.exists():
        raise BackupError(f"{folder} exists already: a copy overwrites nothing.")
    if not sealed.has_secret():
        raise BackupError("There is nothing to copy: this installation has no secret yet.")
    unfinished = folder.with_name(f"{folder.name}-unfinished")
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        if recipient:
            sealed.encrypt_secret(unfinished, recipient)
        spooled = _copy_spool(unfinished / SPOOL)  # first: what leaves it goes into a store
        found = {}
        for name, store in stores().items():
            if store.exists():
                file = unfinished / name
                tables = store.copy(file)
                found[name] = Copied(store.kind, file_digest(file), tables)
        if not found:
            raise BackupError("There is nothing to copy: no store of the settings has anything.")
        content: dict[str, Any] = {
            "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "witness": sealed.witness(),
            "stores": {name: vars(copied) for name, copied in found.items()},
            "spool": spooled,
        }
        (unfinished / MANIFEST).write_text(json.dumps(content, indent=1), encoding="utf-8")
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return found


def _copy_spool(target: Path) -> dict[str, str]:
    """Copy the alerts that wait, encrypted as they are; return {file name: SHA-256}."""
    found = {}
    target.mkdir(mode=0o700)
    for file in sorted(spool_folder().glob("*")):
        try:
            shutil.copyfile(file, target / file.name)
        except FileNotFoundError:  # it is in the database by now
            continue
        found[file.name] = file_digest(target / file.name)
    return found


@dataclass(frozen=True)
class Manifest:
    """What a copy says of itself."""

    made: str  # ISO 8601, UTC
    witness: str
    stores: dict[str, Copied]
    spool: dict[str, str]


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a copy whose files are as they were written. Raises BackupError."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        stores_ = {name: Copied(**copied) for name, copied in content.pop("stores").items()}
        manifest = Manifest(stores=stores_, **content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupError(f"{folder} is no copy: it has no {MANIFEST} that can be read.") from error
    expected = {folder / name: copied.sha256 for name, copied in manifest.stores.items()}
    expected |= {folder / SPOOL / name: sha256 for name, sha256 in manifest.spool.items()}
    for file, sha256 in expected.items():
        if not file.is_file() or file_digest(file) != sha256:
            raise BackupError(f"{file} is missing or damaged: take an older copy.")
    return manifest
