"""Put a copy back into an empty installation, or into a place to try it: compared both times."""

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from cimento.ops.backup import sealed
from cimento.ops.backup.prints import BackupError, differences, prints_of
from cimento.ops.backup.stores import Store, stores
from cimento.ops.backup.take import SPOOL, Manifest, read_manifest, take
from cimento.store.spool import spool_folder


@dataclass(frozen=True)
class Found:
    """What was put back, and found equal to what was copied."""

    manifest: Manifest
    number: bool  # whether there was a number, which was then decrypted


def restore(folder: Path, secret: str | None = None) -> Found:
    """Put a copy back where the settings say; nothing there is overwritten.

    `secret`: that of the copy, for an installation that has none. All is checked before anything
    is written, then compared. Raises BackupError.
    """
    manifest = read_manifest(folder)
    places = _places(manifest)
    for name, store in places.items():
        if store.exists():
            raise BackupError(f"{store.place} is not empty ({name}): a copy overwrites nothing.")
    spool = spool_folder()
    if manifest.spool and any(spool.glob("*")):
        raise BackupError(f"Alerts wait in {spool} already: a copy overwrites nothing.")
    if secret is not None:
        sealed.keep_secret(secret, manifest.witness)
    _check_secret(manifest)
    found = _put_back(folder, manifest, places)
    if manifest.spool:
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in manifest.spool:
        shutil.copyfile(folder / SPOOL / name, spool / name)
    return found


def drill(folder: Path | None = None) -> Found:
    """Prove that a copy (`folder`, else one made now) can be put back, touching nothing in use.

    Raises BackupError.
    """
    with tempfile.TemporaryDirectory(prefix="cimento-drill-") as temporary, ExitStack() as stack:
        scratch = Path(temporary)
        if folder is None:
            folder = scratch / "copy"
            take(folder)
        manifest = read_manifest(folder)
        _check_secret(manifest)
        places = {
            name: stack.enter_context(store.scratch(scratch / "restored"))
            for name, store in _places(manifest).items()
        }
        return _put_back(folder, manifest, places)


def _places(manifest: Manifest) -> dict[str, Store]:
    known, places = stores(), {}
    for name, copied in manifest.stores.items():
        if name not in known or known[name].kind != copied.kind:
            raise BackupError(
                f"The copy of {name} is of a {copied.kind}, which the settings do not name: give "
                "this installation the settings that the other one had (cimento config)."
            )
        places[name] = known[name]
    return places


def _check_secret(manifest: Manifest) -> None:
    if not sealed.has_secret():
        raise BackupError(
            "This installation has no secret, without which nothing of the copy can be read: give "
            "the one that was kept apart with --secret-file (docs/restore.md)."
        )
    if sealed.witness() != manifest.witness:
        raise BackupError("The copy was made with another secret than this installation's.")


def _put_back(folder: Path, manifest: Manifest, places: Mapping[str, Store]) -> Found:
    number = False
    for name, store in places.items():
        store.put_back(folder / name)
        with store.opened() as connection:
            if wrong := differences(manifest.stores[name].tables, prints_of(connection)):
                raise BackupError(
                    f"{store.place} is not what was copied: {'; '.join(wrong)}. Do not start on "
                    "it: empty it, and put back an older copy."
                )
            number |= sealed.decrypts_a_number(connection)
    return Found(manifest, number)
