"""The SMS channel's tables join the others, with moments like theirs

The first release made these tables beside the migrations, and only where the channel ran:
a database has them, with times in seconds since 1970, or does not. Everything is done in
SQL, whatever the number of rows.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIMES = {
    "sms_inbound": ("begun_at", "done_at"),
    "sms_outbound": ("at",),
    "sms_phone": ("at",),
}
# From seconds since 1970 to moments in UTC, to the nearest microsecond, and back: by
# database, for one column. SQLite keeps moments as text, written as SQLAlchemy does. NULL
# stays NULL.
_TO_MOMENTS = {
    "postgresql": "to_timestamp({0}) AT TIME ZONE 'UTC'",
    "sqlite": (
        "strftime('%Y-%m-%d %H:%M:%S', CAST(round({0} * 1e6) AS INTEGER) / 1000000, 'unixepoch')"
        " || printf('.%06d', CAST(round({0} * 1e6) AS INTEGER) % 1000000)"
    ),
}
_TO_SECONDS = {
    "postgresql": "extract(epoch FROM {0})",
    "sqlite": (
        "(strftime('%s', substr({0}, 1, 19)) * 1000000 + CAST(substr({0}, 21) AS INTEGER)) / 1e6"
    ),
}


def _columns(table: str, time: Any) -> list[sa.Column]:
    """Return the columns of `table`, its times of type `time`."""
    if table == "sms_inbound":
        return [
            sa.Column("provider", sa.String(length=16), primary_key=True),
            sa.Column("id", sa.String(length=128), primary_key=True),
            sa.Column("conversation", sa.String(length=64), nullable=False),
            sa.Column("begun_at", time, nullable=False),
            sa.Column("done_at", time, nullable=True),
        ]
    if table == "sms_outbound":
        return [
            sa.Column("reference", sa.String(length=128), primary_key=True),
            sa.Column("state", sa.String(length=16), nullable=False),
            sa.Column("provider_id", sa.String(length=128), nullable=True),
            sa.Column("at", time, nullable=False),
        ]
    return [
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", time, nullable=False),
    ]


def _create_index(table: str) -> None:
    if table == "sms_inbound":
        op.create_index("sms_inbound_conversation", table, ["conversation", "begun_at"])
    if table == "sms_phone":
        op.create_index("ix_sms_phone_conversation", table, ["conversation"])


def _convert(table: str, time: Any, expressions: dict[str, str]) -> None:
    """Turn the times of `table` into `time`, each by the expression of this database."""
    dialect = op.get_bind().dialect
    values = {name: expressions[dialect.name].format(name) for name in _TIMES[table]}
    if dialect.name == "sqlite":
        _rebuild(table, time, values)
        return
    kind = time.compile(dialect)
    changes = (f"ALTER {name} TYPE {kind} USING {value}" for name, value in values.items())
    op.execute(f"ALTER TABLE {table} {', '.join(changes)}")


def _rebuild(table: str, time: Any, values: dict[str, str]) -> None:
    """Copy `table` to one that takes its place: SQLite changes no column.

    Alembic's own way to do so would cast the times: `values` has what becomes of each.
    """
    columns = _columns(table, time)
    names = [column.name for column in columns]
    read = ", ".join(values.get(name, name) for name in names)
    op.create_table(f"{table}_new", *columns)
    op.execute(f"INSERT INTO {table}_new ({', '.join(names)}) SELECT {read} FROM {table}")
    op.drop_table(table)
    op.rename_table(f"{table}_new", table)
    _create_index(table)


def upgrade() -> None:
    present = sa.inspect(op.get_bind()).get_table_names()
    for table in _TIMES:
        if table in present:
            _convert(table, sa.DateTime(), _TO_MOMENTS)
        else:
            op.create_table(table, *_columns(table, sa.DateTime()))
            _create_index(table)


def downgrade() -> None:
    """Leave the tables, as the first release makes them: it finds what it knows."""
    for table in _TIMES:
        _convert(table, sa.Float(), _TO_SECONDS)
