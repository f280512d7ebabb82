"""Whether each part works, in words that say what to do: /readyz and `cimento doctor` say the same.

A check returns None when nothing is wrong. It may take some seconds, and is called in a thread.
Whatever it says names nobody and holds no address with a password.
"""

import http.client
import socket
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from cimento.followup.schedule import PARIS
from cimento.followup.spool import SUFFIX
from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings
from cimento.settings.sms import SmsSettings
from cimento.settings.storage import StorageSettings
from cimento.sms.providers import gateway_address
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, DatabaseError, open_database
from cimento.store.disk import shortage
from cimento.store.heartbeat import PROBE, PURGE, TICK, beat, last_beat
from cimento.store.spool import spool_folder

Check = Callable[[], str | None]

PATIENCE = 2.0  # seconds that a part has to answer
LATE_TICK = timedelta(minutes=5)  # ticks come every minute
LATE_PURGE = timedelta(hours=26)  # purges come every day, and take a while


class Checks:
    """The checks of this installation, by the name of the part.

    `model`: what tells of the model; `conversations`: where they are kept, None when that is not
    ours to know. `root`: the project's folder. Raises SettingError.
    """

    def __init__(
        self, model: Check, conversations: SqlConversations | None, root: Path = ROOT
    ) -> None:
        self._servers, self._sms = ServerSettings.read(), SmsSettings.read()
        self._storage, self._root = StorageSettings.read(), root
        self._opened: Database | None = None
        self.all: dict[str, Check] = {
            "model": model,
            "actions": self._actions,
            "database": self._database,
            "alerts": self._alerts,
            "purge": self._purge,
            "disk": self._disk,
        }
        if conversations:
            self.all["conversations"] = lambda: _takes_writes(conversations)
        if gateway_address(self._sms):
            self.all["carrier"] = self._carrier
        if self._servers.api_token:  # what starts the follow-ups
            self.all["worker"] = self._worker

    def _actions(self) -> str | None:
        host, port = self._servers.actions_host, self._servers.actions_port
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return None
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        return (
            f"The action server does not answer at {host}:{port}: alarms and single questions "
            "are answered, the others get the service's number. `cimento run` starts it again by "
            "itself: if this lasts, see its output, then restart."
        )

    def open(self) -> Database:
        """Return the database of the follow-ups. Raises DatabaseError."""
        self._opened = self._opened or open_database(self._storage.database_url, PATIENCE)
        return self._opened

    def _database(self) -> str | None:
        try:
            beat(self.open().engine, PROBE, _now())
        except DatabaseError as error:
            return str(error)
        except SQLAlchemyError as error:
            return (
                f"The database of the follow-ups takes nothing ({_kind(error)}; "
                "CIMENTO_DATABASE_URL): alarms are answered, and the team learns of them "
                "later. Is it running, its disk full, locked, or read-only?"
            )
        return None

    def _alerts(self) -> str | None:
        folder = spool_folder()
        if waiting := len(list(folder.glob(f"*{SUFFIX}"))):
            return (
                f"{waiting} alerts wait for the database, in {folder}: the team has not been told. "
                "They are raised within a minute of its return."
            )
        return None

    def _carrier(self) -> str | None:
        host, port = gateway_address(self._sms) or ("", 0)
        try:
            socket.create_connection((host, port), PATIENCE).close()
        except OSError:
            return (
                f"The SMS gateway does not answer at {host}:{port}: no SMS leaves, and those that "
                "come wait. Is Kannel's smsbox running, and CIMENTO_KANNEL_SEND_URL right?"
            )
        return None

    def _worker(self) -> str | None:
        said = self._since("The worker's last tick", TICK, LATE_TICK)
        return said and (
            f"{said}: no SMS of a follow-up leaves, and nobody is e-mailed. Is `cimento followup "
            "worker` running, its queue (CIMENTO_QUEUE_URL) there? See its output."
        )

    def _purge(self) -> str | None:
        said = self._since("The last purge", PURGE, LATE_PURGE)
        return said and (
            f"{said}: what is too old is still there. Run it, and read why it fails: "
            "cimento followup purge"
        )

    def _since(self, what: str, name: str, late: timedelta) -> str | None:
        """Return what to say of something that has not happened for `late`, or never."""
        try:
            at = last_beat(self.open().engine, name)
        except (DatabaseError, SQLAlchemyError) as error:
            return f"{what} cannot be known while the database is away ({_kind(error)})"
        if at is None:
            return f"{what} has not been seen yet"
        return None if _now() - at <= late else f"{what} was on {_in_paris(at)}"

    def _disk(self) -> str | None:
        return shortage(self._root / "var", self._storage.free_megabytes)


def _takes_writes(conversations: SqlConversations) -> str | None:
    try:
        conversations.try_to_write()
    except SQLAlchemyError as error:
        return (
            f"The database of the conversations takes nothing ({_kind(error)}): turns are "
            "answered, and may not remember the one before. Is it running, its disk full, locked, "
            "or read-only?"
        )
    return None


def _kind(error: Exception) -> str:
    """Return the kind of an error, whose words may hold an address."""
    return type(getattr(error, "orig", None) or error).__name__


def _in_paris(moment: datetime) -> str:
    return moment.astimezone(PARIS).strftime("%d/%m/%Y at %H:%M (Paris)")


def _now() -> datetime:
    return datetime.now(timezone.utc)
