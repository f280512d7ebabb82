"""What two copies of a store are compared by: rows and a digest for each table."""

import hashlib
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

Prints = dict[str, list[Any]]  # {table: [rows, SHA-256]}
_STEP = 1000  # rows held in memory


class BackupError(Exception):
    """A copy cannot be made, or put back, or is not what was copied; says what to do."""


def prints_of(connection: Connection) -> Prints:
    """Return the prints of all tables, in whatever order their rows come.

    A digest is the sum of its rows' SHA-256, modulo 2^256: what is lost, doubled or changed shows.
    """
    quote = connection.dialect.identifier_preparer.quote
    found = {}
    for table in sorted(sa.inspect(connection).get_table_names()):
        rows, total = 0, 0
        streamed = connection.execution_options(stream_results=True)
        result = streamed.exec_driver_sql(f"SELECT * FROM {quote(table)}")
        for row in result.yield_per(_STEP):
            rows += 1
            total += int.from_bytes(hashlib.sha256(repr(_plain(row)).encode()).digest(), "big")
        found[table] = [rows, f"{total % 2**256:064x}"]
    return found


def _plain(row: Any) -> list[Any]:
    return [bytes(value) if isinstance(value, memoryview) else value for value in row]


def differences(before: Prints, after: Prints) -> list[str]:
    """Return the tables that are not the same, each with its numbers of rows."""
    return [
        f"{table}: {before.get(table, ['no'])[0]} rows copied, {after.get(table, ['no'])[0]} found"
        for table in sorted({*before, *after})
        if before.get(table) != after.get(table)
    ]


def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
