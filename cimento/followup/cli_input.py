"""What the commands of the follow-ups are given: a number, and the database."""

import sys
from typing import Annotated, TextIO

import typer

from cimento.settings.storage import StorageSettings
from cimento.store.database import Database, open_database

NumberFile = Annotated[
    typer.FileText,
    typer.Option("--number", help="A file that holds the number: 06 12 34 56 78; - asks"),
]


def read_number(file: TextIO) -> str:
    """Return the number that stands in `file`, or is typed. Never an argument: everybody on the
    machine could read it in the list of processes."""
    if file is sys.stdin and file.isatty():
        return str(typer.prompt("Number", hide_input=False, err=True))
    return file.readline().strip()


def open_stored() -> Database:
    """Return the database that the settings choose. Raises DatabaseError."""
    return open_database(StorageSettings.read().database_url)
