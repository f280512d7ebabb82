"""The two kinds of stores, SQLite and PostgreSQL: copied while they are used, and put back."""

import os
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url

from cimento.ops.backup.prints import BackupError, Prints, prints_of
from cimento.settings.storage import StorageSettings
from cimento.settings.worker import WorkerSettings
from cimento.store.database import PATIENCE, connect


class Store(Protocol):
    """A store of the installation, at the place that the settings name."""

    @property
    def kind(self) -> str:
        """What it is; a copy goes back into the same kind."""

    @property
    def place(self) -> str:
        """What names the place in a message."""

    def exists(self) -> bool:
        """Return whether there is anything in it."""

    def copy(self, file: Path) -> Prints:
        """Write its state at one moment into `file`; return the prints of that state."""

    def put_back(self, file: Path) -> None:
        """Fill the empty store from `file`."""

    def opened(self) -> AbstractContextManager[Connection]:
        """Return a connection to it."""

    def scratch(self, folder: Path) -> "AbstractContextManager[Store]":
        """Return an empty place of the same kind, gone on leaving."""


@dataclass(frozen=True)
class Sqlite:
    """A SQLite file. Its own backup API copies it with what is in its write-ahead log."""

    path: Path
    kind = "sqlite"

    @property
    def place(self) -> str:
        return str(self.path)

    def exists(self) -> bool:
        return self.path.exists()

    def copy(self, file: Path) -> Prints:
        source = f"{self.path.absolute().as_uri()}?mode=rw"  # made by nobody who copies
        with (
            closing(sqlite3.connect(source, uri=True, timeout=PATIENCE)) as opened,
            closing(sqlite3.connect(file)) as copied,
        ):
            opened.backup(copied)
            copied.execute("PRAGMA journal_mode=DELETE").fetchall()  # one file, whole
        with Sqlite(file).opened() as connection:
            return prints_of(connection)

    def put_back(self, file: Path) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.path.with_name(f"{self.path.name}-restoring")
        try:
            shutil.copyfile(file, unfinished)
            os.link(unfinished, self.path)  # never over a file that came meanwhile
        except FileExistsError as error:
            raise BackupError(f"{self.path} has been made meanwhile.") from error
        finally:
            unfinished.unlink(missing_ok=True)

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        engine = sa.create_engine(f"sqlite:///{self.path}", hide_parameters=True)
        try:
            with engine.connect() as connection:
                if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
                    raise BackupError(f"{self.path} is damaged: its integrity_check fails.")
                yield connection
        except sa.exc.DatabaseError as error:
            raise BackupError(f"{self.path} is damaged: SQLite cannot read it.") from error
        finally:
            engine.dispose()

    @contextmanager
    def scratch(self, folder: Path) -> Iterator["Sqlite"]:
        yield Sqlite(folder / self.path.name)


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL database, copied by pg_dump from a snapshot that is also looked at here."""

    url: str
    kind = "postgresql"

    @property
    def place(self) -> str:
        return f"the database {make_url(self.url).database}"

    def exists(self) -> bool:
        with self.opened() as connection:
            return bool(sa.inspect(connection).get_table_names())

    def copy(self, file: Path) -> Prints:
        with self.opened() as seen:
            snapshot = seen.exec_driver_sql("SELECT pg_export_snapshot()").scalar()
            form = ["--format=custom", f"--snapshot={snapshot}", f"--file={file}"]
            self._run("pg_dump", *form)
            return prints_of(seen)

    def put_back(self, file: Path) -> None:
        self._run("pg_restore", "--exit-on-error", "--single-transaction", str(file))

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        engine = connect(self.url).execution_options(isolation_level="REPEATABLE READ")
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("SET TIME ZONE 'UTC'")  # else a digest depends on it
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def scratch(self, folder: Path) -> Iterator["Postgres"]:
        engine = connect(self.url).execution_options(isolation_level="AUTOCOMMIT")
        name = f"cimento_drill_{uuid.uuid4().hex}"
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        except sa.exc.ProgrammingError as error:
            raise BackupError(
                "A drill makes a database and drops it again, which this user may not. As the "
                "administrator of PostgreSQL: ALTER ROLE … CREATEDB"
            ) from error
        try:
            where = make_url(self.url).set(database=name)
            yield Postgres(where.render_as_string(hide_password=False))
        finally:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
            engine.dispose()

    def _run(self, program: str, *options: str) -> None:
        """Run a program of PostgreSQL. The password is handed over where `ps` does not show it,
        and what goes wrong is not repeated: it may quote a row."""
        if not shutil.which(program):
            raise BackupError(f"{program} is not installed: apt-get install postgresql-client")
        url = make_url(self.url)
        environment = {**os.environ, "PGPASSWORD": url.password or os.environ.get("PGPASSWORD", "")}
        url = url.set(drivername="postgresql", password=None)
        command = [program, "--no-owner", "--no-privileges", f"--dbname={url}", *options]
        if subprocess.run(command, env=environment, capture_output=True).returncode:
            raise BackupError(
                f"{program} failed. Is its version that of the server, or newer, and may this "
                f"user read and write all tables? ({program} --version)"
            )


def _store(url: str) -> Store | None:
    """Return the store at `url`; None for a queue in Redis, which may be lost."""
    found = make_url(url)
    if found.drivername.startswith("sqlite"):
        return Sqlite(Path(found.database or ""))
    return Postgres(url) if found.drivername.startswith("postgresql") else None


def stores() -> dict[str, Store]:
    """Return {name: store} for the settings in force; one that serves twice is there once."""
    storage = StorageSettings.read()
    urls = {
        "followup": storage.database_url,
        "conversations": storage.conversations_url,
        "queue": WorkerSettings.read().queue_url,
    }
    found: dict[str, Store] = {}
    for name, url in urls.items():
        store = _store(url)
        if store and store not in found.values():
            found[name] = store
    return found
