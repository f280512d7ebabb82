"""When something that must happen again and again last happened: what shows that it still does.

In the database, and not in memory: who does it is another process, on another machine perhaps.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from cimento.store.base import Base, UtcDateTime

TICK = "tick"  # the worker has sent all that was due
PURGE = "purge"  # what was too old is erased, in every store
PROBE = "probe"  # somebody has asked whether the database takes anything

HEARTBEAT = sa.Table(
    "heartbeat",
    Base.metadata,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)


def beat(engine: Engine, name: str, at: datetime) -> None:
    """Record that `name` happened at `at`, which knows its time zone. Raises SQLAlchemyError."""
    try:
        with engine.begin() as connection:
            if not _move(connection, name, at):
                connection.execute(HEARTBEAT.insert().values(name=name, at=at))
    except sa.exc.IntegrityError:  # another process was first, the first time
        with engine.begin() as connection:
            _move(connection, name, at)


def _move(connection: Connection, name: str, at: datetime) -> bool:
    mine = HEARTBEAT.update().where(HEARTBEAT.c.name == name)
    return bool(connection.execute(mine.values(at=at)).rowcount)


def last_beat(engine: Engine, name: str) -> datetime | None:
    """Return when `name` last happened, None when it never has. Raises SQLAlchemyError."""
    with engine.connect() as connection:
        query = sa.select(HEARTBEAT.c.at).where(HEARTBEAT.c.name == name)
        found: datetime | None = connection.execute(query).scalar()
    return found
