"""Databases of the first release, and how what is in a database is read and compared."""

import importlib
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from cimento.settings.paths import ROOT
from cimento.store.base import Base
from cimento.store.database import connect, downgrade

FIRST_RELEASE = Path(__file__).with_name("first_release")
FOLLOW_UP = ("alembic_version", "person", "opt_out", "consent", "enrolment", "delivery", "alert")
SMS = ("sms_inbound", "sms_outbound", "sms_phone")


def import_all_models() -> None:
    """Import every module of the project that makes tables of the database."""
    for file in (ROOT / "cimento").rglob("*.py"):
        if not (file.parent / "__init__.py").exists():
            continue  # a migration, for Alembic alone
        if re.search(r"\bcimento\.store(\.| import )base\b", file.read_text(encoding="utf-8")):
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def downgrade_to_first(engine: Engine) -> None:
    """Take all steps back to the tables of the first release."""
    for _ in range(7):
        downgrade(engine)


def differences(url: str) -> list[Any]:
    """Return what Alembic would still change to make of the tables those of the models: all but
    the check value, which no migration makes."""
    import_all_models()

    def is_a_models(_: object, name: str, *__: object) -> bool:
        return name != "key_check"

    options = {"compare_type": True, "include_object": is_a_models}
    with connect(url).connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        found: list[Any] = compare_metadata(context, Base.metadata)
    return found


def make_first_release(url: str, *parts: str) -> None:
    """Make the tables that the first release made, with rows.

    `parts`: "followup", made by its migration, and "sms", made where its channel ran.
    """
    connection = connect(url).raw_connection()
    dialect = sa.engine.make_url(url).get_backend_name()
    for part in parts:
        for name in (f"{dialect}_{part}.sql", f"{part}_rows.sql"):
            script = (FIRST_RELEASE / name).read_text(encoding="utf-8")
            if dialect == "sqlite":
                connection.executescript(script)
            else:
                connection.cursor().execute(script)
    connection.commit()
    connection.close()


def rows(url: str, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each table as they are stored, in order, moments as SQLite has them."""

    def plain(value: Any) -> Any:
        return f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value

    with connect(url).connect() as connection:
        return {
            table: sorted(
                (
                    tuple(plain(value) for value in row)
                    for row in connection.execute(sa.text(f"SELECT * FROM {table}"))
                ),
                key=repr,
            )
            for table in tables
        }


def schema(url: str) -> dict[str, Any]:
    """Return all that the database knows of its tables, down to their indexes."""

    def columns(table: str) -> list[dict[str, Any]]:
        return [{**column, "type": str(column["type"])} for column in look.get_columns(table)]

    def by_name(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(found, key=repr)

    look = sa.inspect(connect(url))
    return {
        table: [
            columns(table),
            look.get_pk_constraint(table),
            by_name(look.get_indexes(table)),
            by_name(look.get_unique_constraints(table)),
            by_name(look.get_foreign_keys(table)),
        ]
        for table in look.get_table_names()
    }
