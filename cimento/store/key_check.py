"""Whether a database was filled with the secret of this installation, before anything is sought.

Numbers and conversations are found by keyed hashes: with another secret nothing is found, which
would be told as "nothing was held", and what is written from then on would be read by nobody.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from cryptography.fernet import InvalidToken
from sqlalchemy.engine import Connection

from cimento.settings.concern import SettingError
from cimento.store.secret import derive
from cimento.store.vault import CONVERSATIONS, NUMBERS, cipher

# Its own metadata: no migration makes it, and two stores in one database share it.
_CHECK = sa.Table(
    "key_check",
    sa.MetaData(),
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("value", sa.String(64), nullable=False),
)
_NAME = "secret"


class WrongSecretError(SettingError):
    """The secret in force is not the one that a database was filled with; says what to do."""


@dataclass(frozen=True)
class Sealed:
    """A column of a database that holds what is encrypted, and the setting that names it."""

    setting: str
    table: str
    column: str
    purpose: str


FOLLOWUP = Sealed("CIMENTO_DATABASE_URL", "person", "number", NUMBERS)
TALK = Sealed("CIMENTO_CONVERSATIONS_URL", "events", "data", CONVERSATIONS)


def check_key(connection: Connection, sealed: Sealed, make: bool = False) -> bool:
    """Return whether the database of `connection` has a check value, which is right.

    One that has no check value, of an earlier release or new, is judged by what is encrypted in
    it; with `make` it gets one, which tells nothing of the secret: a key that is derived from it
    for this alone (HKDF). Raises WrongSecretError when it was filled with another secret.
    """
    value = derive("key check").hex()
    if not sa.inspect(connection).has_table(_CHECK.name):
        if not _opens(connection, sealed):
            raise _wrong(sealed)
        if not make:
            return False
        connection.execute(sa.schema.CreateTable(_CHECK, if_not_exists=True))
    known = sa.select(_CHECK.c.value).where(_CHECK.c.name == _NAME)
    found = connection.execute(known).scalar()
    if found is None and make:
        row = {"name": _NAME, "value": value}
        # Another process may be first.
        insert = "INSERT INTO key_check (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING"
        connection.execute(sa.text(insert), row)
        found = connection.execute(known).scalar()
    if found not in (None, value):
        raise _wrong(sealed)
    return found is not None


def _opens(connection: Connection, sealed: Sealed) -> bool:
    """Return whether something that is encrypted can be read; true when nothing is there."""
    if not sa.inspect(connection).has_table(sealed.table):
        return True
    column = sa.column(sealed.column)
    query = sa.select(column).select_from(sa.table(sealed.table))
    # What the oldest releases stored was not encrypted.
    token = connection.execute(query.where(column.not_like("{%")).limit(1)).scalar()
    if token is None:
        return True
    try:
        cipher(sealed.purpose).decrypt(str(token).encode())
    except InvalidToken:
        return False
    return True


def _wrong(sealed: Sealed) -> WrongSecretError:
    return WrongSecretError(
        f"The database of {sealed.setting} was filled with another secret than this "
        "installation's: nothing in it could be found, read or erased. Give back to CIMENTO_SECRET "
        "(or var/secret) the value it had; every machine has the same. Nothing was done."
    )
