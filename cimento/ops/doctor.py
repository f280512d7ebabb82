"""Say what is wrong with this installation, or soon will be: `cimento doctor`.

What is broken now is said in the words of /readyz, by the same checks.
"""

import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cimento.monitoring.checks import PATIENCE, Checks
from cimento.monitoring.seldom import DEADLINE
from cimento.settings.concern import SettingError
from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings
from cimento.settings.storage import StorageSettings
from cimento.store.conversations import SqlConversations
from cimento.store.database import connect
from cimento.store.disk import open_to_others, shortage
from cimento.store.secret import FILE, read_secret
from cimento.store.spool import spool_folder


def warnings(root: Path = ROOT) -> list[str]:
    """Return a line for each thing that somebody must see to. Raises SettingError."""
    settings = StorageSettings.read()
    kept = SqlConversations(connect(settings.conversations_url, PATIENCE))
    checks = Checks(ask_the_assistant, kept, root)
    with ThreadPoolExecutor(len(checks.all)) as threads:
        told = list(threads.map(lambda check: check(), checks.all.values()))
    return [*filter(None, told), *_ahead(root, settings)]


def ask_the_assistant() -> str | None:
    """Return what the assistant says of its model; None when nothing is wrong with it."""
    settings = ServerSettings.read()
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    connection = http.client.HTTPConnection(host, settings.port, timeout=2 * DEADLINE)
    token = settings.monitor_token
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", "/readyz", headers=headers)
        told = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return f"The assistant does not answer at {host}:{settings.port}. Start it: make run"
    finally:
        connection.close()
    if "parts" not in told:
        return (
            "The assistant tells this machine nothing of its model: set CIMENTO_MONITOR_TOKEN "
            "(nothing is local where there is a proxy)."
        )
    said = told["parts"]["model"]
    return None if said == "ok" else str(said)


def _ahead(root: Path, settings: StorageSettings) -> Iterator[str]:
    """Yield what is not broken yet, or is so for nobody who asks from outside."""
    var = root / "var"
    # Warned of before anything is refused for it.
    if not shortage(var, settings.free_megabytes) and (
        told := shortage(var, 5 * settings.free_megabytes)
    ):
        yield told
    if found := open_to_others(var):
        names = ", ".join(str(path.relative_to(root)) for path in found[:3])
        yield f"Others may read {names} ({len(found)} in all): chmod -R go= var"
    if settings.secret or (root / FILE).exists():  # else the first start makes one
        try:
            read_secret(root)
        except SettingError as error:
            yield str(error)
    spool = spool_folder()
    disk = spool if spool.exists() else spool.parent
    if not disk.exists():
        yield f"{spool.parent}, where alerts wait when the database is full, does not exist."
    elif var.exists() and disk.stat().st_dev == var.stat().st_dev:
        yield "Alerts wait on the disk of var/, which may be full: set CIMENTO_SPOOL to another."
