"""The small tables of the channel: message ids, wishes, what became of what was sent.

They hold neither numbers nor, the simulated phone's aside, texts.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

metadata = sa.MetaData()

INBOUND = sa.Table(
    "sms_inbound",
    metadata,
    sa.Column("provider", sa.String(16), primary_key=True),
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False),
    sa.Column("begun_at", sa.Float, nullable=False),  # seconds since 1970, as all times here
    sa.Column("done_at", sa.Float),
    sa.Index("sms_inbound_conversation", "conversation", "begun_at"),
)
OPT_OUT = sa.Table(
    "sms_opt_out",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)
OUTBOUND = sa.Table(
    "sms_outbound",
    metadata,
    sa.Column("reference", sa.String(128), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("provider_id", sa.String(128)),
    sa.Column("at", sa.Float, nullable=False),
)
PHONE = sa.Table(  # what the simulated phone received; empty with a real provider
    "sms_phone",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("reference", sa.String(128), nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # encrypted
    sa.Column("at", sa.Float, nullable=False),
)


def open_database(url: str) -> Engine:
    """Return an engine on the database of `url`, with the tables made if missing.

    SQLite: several processes may write; one waits for another up to 30 seconds.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = sa.create_engine(url, pool_pre_ping=True)
    else:
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
    _create_tables(engine)
    return engine


def _create_tables(engine: Engine) -> None:
    try:
        metadata.create_all(engine)
    except sa.exc.DBAPIError:
        # Two processes started together and the other was first: now nothing is missing.
        metadata.create_all(engine)


def purge(engine: Engine, before: float) -> None:
    """Delete what is older than `before` (seconds since 1970), wishes aside: they hold."""
    with engine.begin() as connection:
        connection.execute(INBOUND.delete().where(INBOUND.c.begun_at < before))
        connection.execute(OUTBOUND.delete().where(OUTBOUND.c.at < before))
        connection.execute(PHONE.delete().where(PHONE.c.at < before))


def forget(engine: Engine, conversation: str) -> None:
    """Delete all that belongs to `conversation`, except the wish to receive no SMS.

    The wish is a keyed hash and a date: without it, the next message would be sent.
    """
    with engine.begin() as connection:
        for table in (INBOUND, PHONE):
            connection.execute(table.delete().where(table.c.conversation == conversation))
