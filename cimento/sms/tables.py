"""The small tables of the channel: message ids, what became of what was sent.

They stand in the database of the follow-ups, beside theirs.

They hold neither numbers nor, the simulated phone's aside, texts.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cimento.store import database
from cimento.store.database import Database

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


def open_database(url: str) -> Database:
    """Return the database of `url`, that of the follow-ups, with the channel's tables.

    Raises database.DatabaseError when it cannot be reached or must be upgraded.
    """
    opened = database.open_database(url)
    _create_tables(opened.engine)
    return opened


def _create_tables(engine: Engine) -> None:
    try:
        metadata.create_all(engine)
    except sa.exc.DBAPIError:
        # Two processes started together and the other was first: now nothing is missing.
        metadata.create_all(engine)


def purge(engine: Engine, before: float) -> None:
    """Delete what is older than `before` (seconds since 1970)."""
    with engine.begin() as connection:
        connection.execute(INBOUND.delete().where(INBOUND.c.begun_at < before))
        connection.execute(OUTBOUND.delete().where(OUTBOUND.c.at < before))
        connection.execute(PHONE.delete().where(PHONE.c.at < before))
