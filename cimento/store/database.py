"""Open the database: SQLite (brought up to date by itself) or PostgreSQL."""

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from cimento.settings.concern import SettingError
from cimento.store.key_check import FOLLOWUP, check_key

_MIGRATIONS = Path(__file__).with_name("migrations")
PATIENCE = 30.0  # seconds that a worker waits for another one's transaction


class DatabaseError(Exception):
    """The database cannot be used as it is; the message says what to do."""


def _use_wal(connection: Any, patience: float) -> None:
    """Let readers and a writer work together; the file remembers it.

    SQLite's own patience does not cover this change: processes that make a new database
    together would fail.
    """
    deadline = time.monotonic() + patience
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def harden(engine: Engine, patience: float) -> None:
    """Make every connection of a SQLite keep what it commits, overwrite what it erases, and wait
    for a lock no longer than `patience` (seconds).

    Without synchronous=FULL a claim might not survive a power cut; whether SQLite overwrites what
    is erased is otherwise a matter of how it was built.
    """

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={round(1000 * patience)}")
        _use_wal(connection, patience)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").fetchall()


def checkpoint(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, where what was erased still stands. Somebody who reads all
    the time may keep it from being emptied: the next time does."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def _prepare_sqlite(engine: Engine, patience: float) -> None:
    """Make each transaction take the write lock at once.

    By itself pysqlite begins late, and two workers that read then write would fail.
    """
    harden(engine, patience)

    @sa.event.listens_for(engine, "connect")
    def begin_ourselves(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def connect(url: str, patience: float = PATIENCE) -> Engine:
    """Return an engine on `url`; its errors never hold the values of a statement.

    `patience`: seconds that a statement waits for a lock, or for a server to answer at all.
    """
    if not url.startswith("sqlite"):
        limits = {
            "connect_timeout": math.ceil(patience),
            "options": f"-c lock_timeout={round(1000 * patience)}",
        }
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=limits)
    file = make_url(url).database
    if not file:
        raise SettingError("CIMENTO_DATABASE_URL: workers cannot share a database in memory.")
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        poolclass=sa.pool.QueuePool,
        connect_args={"timeout": patience, "check_same_thread": False},
    )
    _prepare_sqlite(engine, patience)
    return engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _revision(connection: Connection) -> str | None:
    """Return the migration that the tables stand at, None when there are none."""
    revision: str | None = MigrationContext.configure(connection).get_current_revision()
    return revision


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """Give a transaction in which tables may be made: on PostgreSQL, one process at a time."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7203)")  # any number of ours
        yield connection


@contextmanager
def _migrating(engine: Engine) -> Iterator[Config]:
    """Give Alembic a transaction, and the database to itself: several may start at once."""
    config = _config()
    with alone(engine) as connection:
        config.attributes["connection"] = connection
        yield config


def upgrade(engine: Engine) -> None:
    """Bring the tables up to date, in one transaction: several workers may start at once."""
    with _migrating(engine) as config:
        command.upgrade(config, "head")


def downgrade(engine: Engine) -> None:
    """Take the tables one migration back, in one transaction, for the release before.

    This release must be stopped first: it would bring a SQLite up to date again. Raises
    DatabaseError saying why where there is no way back.
    """
    with _migrating(engine) as config:
        if _revision(config.attributes["connection"]) is None:
            raise DatabaseError("There are no tables to take back.")
        command.downgrade(config, "-1")


def _is_up_to_date(engine: Engine) -> bool:
    with engine.connect() as connection:
        current = _revision(connection)
    known = [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()]
    if current and current not in known:
        raise DatabaseError(
            "The tables are of a newer release of Cimento. Start that release, or go back with "
            "it first: cimento followup downgrade"
        )
    return current == known[0]


def _check_secret(engine: Engine) -> None:
    """Raise WrongSecretError when the secret is another one than the follow-ups were kept with.

    Where there is no check value one is made; a database that takes none now gets it another time.
    """
    with engine.connect() as connection:
        has_value = check_key(connection, FOLLOWUP)
    if not has_value:
        with suppress(sa.exc.OperationalError), alone(engine) as connection:
            check_key(connection, FOLLOWUP, make=True)


class Database:
    """Where the engine keeps everything. `with database.begin() as session:` commits."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def begin(self) -> AbstractContextManager[Session]:
        """Return a transaction: committed on leaving, rolled back on an exception."""
        return self._sessions.begin()


def open_database(url: str, patience: float = PATIENCE) -> Database:
    """Return the database at `url`, its tables up to date. `patience`: see `connect`.

    Raises DatabaseError when it cannot be reached, is of a newer release, or is a PostgreSQL
    to be upgraded: that is the administrator's decision; WrongSecretError.
    """
    engine = connect(url, patience)
    try:
        if not _is_up_to_date(engine):
            if engine.dialect.name != "sqlite":
                raise DatabaseError("The tables are not up to date: cimento followup upgrade")
            upgrade(engine)
        _check_secret(engine)
    except sa.exc.OperationalError as error:
        raise DatabaseError(
            "The follow-up database cannot be reached (CIMENTO_DATABASE_URL): "
            f"{type(error.orig).__name__}. Is it running, and the address right?"
        ) from error
    return Database(engine)
