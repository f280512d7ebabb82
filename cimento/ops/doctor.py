"""Say what is wrong with this installation, or soon will be: `cimento doctor`."""

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from cimento.followup.spool import SUFFIX
from cimento.settings.concern import SettingError
from cimento.settings.paths import ROOT
from cimento.settings.storage import StorageSettings
from cimento.store.database import DatabaseError, open_database
from cimento.store.disk import open_to_others, shortage
from cimento.store.secret import FILE, read_secret
from cimento.store.spool import spool_folder


def warnings(root: Path = ROOT) -> list[str]:
    """Return a line for each thing that somebody must see to. Raises SettingError."""
    return list(_warnings(root, StorageSettings.read()))


def _warnings(root: Path, settings: StorageSettings) -> Iterator[str]:
    var = root / "var"
    # Warned of before the start is refused.
    if told := shortage(var, 5 * settings.free_megabytes):
        yield told
    if found := open_to_others(var):
        names = ", ".join(str(path.relative_to(root)) for path in found[:3])
        yield f"Others may read {names} ({len(found)} in all): chmod -R go= var"
    if settings.secret or (root / FILE).exists():  # else the first start makes one
        try:
            read_secret(root)
        except SettingError as error:
            yield str(error)
    try:
        open_database(settings.database_url)
    except (DatabaseError, sa.exc.SQLAlchemyError) as error:
        yield str(error)
    spool = spool_folder()
    disk = spool if spool.exists() else spool.parent
    if not disk.exists():
        yield f"{spool.parent}, where alerts wait when the database is full, does not exist."
    elif var.exists() and disk.stat().st_dev == var.stat().st_dev:
        yield "Alerts wait on the disk of var/, which may be full: set CIMENTO_SPOOL to another."
    if waiting := list(spool.glob(f"*{SUFFIX}")):
        yield f"{len(waiting)} alerts wait for the database, in {spool}."
