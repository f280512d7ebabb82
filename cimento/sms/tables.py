"""The small tables of the channel: message ids, what became of what was sent.

They stand in the database of the follow-ups, beside theirs.

They hold numbers and texts encrypted, and only of messages that are still to be answered (and
what the simulated phone received).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cimento.store.base import Base, UtcDateTime

INBOUND = sa.Table(
    "sms_inbound",
    Base.metadata,
    sa.Column("provider", sa.String(16), primary_key=True),
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False),
    sa.Column("begun_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime, index=True),
    sa.Column("owner", sa.String(128)),  # who answers it, until it is done
    sa.Column("content", sa.Text),  # encrypted, until it is done
    sa.Index("sms_inbound_conversation", "conversation", "begun_at"),
)
OUTBOUND = sa.Table(
    "sms_outbound",
    Base.metadata,
    sa.Column("reference", sa.String(128), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("provider_id", sa.String(128)),
    sa.Column("at", UtcDateTime, nullable=False),
)
PHONE = sa.Table(  # what the simulated phone received; empty with a real provider
    "sms_phone",
    Base.metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("reference", sa.String(128), nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # encrypted
    sa.Column("at", UtcDateTime, nullable=False),
)


def purge(engine: Engine, before: datetime) -> None:
    """Delete what is older than `before`, which knows its time zone."""
    with engine.begin() as connection:
        connection.execute(INBOUND.delete().where(INBOUND.c.begun_at < before))
        connection.execute(OUTBOUND.delete().where(OUTBOUND.c.at < before))
        connection.execute(PHONE.delete().where(PHONE.c.at < before))
