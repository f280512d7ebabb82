"""The conversations, as Rasa's SQL tracker store keeps them in its table `events`.

Plain SQL: what is held about somebody is given and erased without Rasa. What was said is encrypted;
so is not, in what older releases stored, which goes in its time.
"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import InvalidToken
from sqlalchemy.engine import Engine

from cimento.settings.storage import StorageSettings
from cimento.store.asked import Asked
from cimento.store.database import PATIENCE, checkpoint, connect
from cimento.store.key_check import TALK, check_key
from cimento.store.vault import CONVERSATIONS, cipher, unreadable

_EVENTS = sa.table(
    "events",
    sa.column("id"),
    sa.column("sender_id"),
    sa.column("timestamp"),  # seconds since 1970
    sa.column("data"),
)


class Seal:
    """Encrypts events with the installation's secret, which is read once."""

    def __init__(self) -> None:
        self._cipher = cipher(CONVERSATIONS)

    def close(self, event: dict[str, Any]) -> str:
        """Return an event as it is stored."""
        return self._cipher.encrypt(json.dumps(event).encode()).decode()

    def open(self, stored: str) -> dict[str, Any]:
        """Return an event that is stored, encrypted or not. Raises VaultError."""
        if stored.startswith("{"):
            plain: dict[str, Any] = json.loads(stored)
            return plain
        try:
            event: dict[str, Any] = json.loads(self._cipher.decrypt(stored.encode()))
        except InvalidToken as error:
            raise unreadable() from error
        return event


class SqlConversations:
    """The conversations in the database of `engine`; none while it has no such table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def asked(self) -> Asked:
        """What is counted beside the conversations, of all together."""
        return Asked(self._engine)

    def _exists(self) -> bool:
        return bool(sa.inspect(self._engine).has_table(_EVENTS.name))

    def try_to_write(self) -> None:
        """Raise SQLAlchemyError when nothing can be written: a deletion of nothing takes the lock
        and needs the right to write, and changes nothing."""
        if self._exists():
            self._delete(sa.false())

    def read(self, conversation: str) -> list[dict[str, Any]]:
        """Return the events of a conversation, oldest first."""
        if not self._exists():
            return []
        query = sa.select(_EVENTS.c.data).where(_EVENTS.c.sender_id == conversation)
        with self._engine.begin() as connection:
            rows = list(connection.execute(query.order_by(_EVENTS.c.id)).scalars())
        seal = Seal()
        return [seal.open(data) for data in rows]

    def erase(self, conversation: str) -> int:
        """Erase a conversation; return how many events it had."""
        if not self._exists():
            return 0
        erased = self._delete(_EVENTS.c.sender_id == conversation)
        checkpoint(self._engine)
        return erased

    def purge(self, before: float, chosen: Callable[[str], bool]) -> int:
        """Erase the conversations whose last event is older than `before`; return how many.

        `before`: seconds since 1970. Only those `chosen` by their id. Each goes by itself, so
        that no turn waits for long, and not if somebody has written in it meanwhile.
        """
        if not self._exists():
            return 0
        last = sa.func.max(_EVENTS.c.timestamp)
        old = sa.select(_EVENTS.c.sender_id).group_by(_EVENTS.c.sender_id).having(last < before)
        with self._engine.begin() as connection:
            ids = list(connection.execute(old).scalars())
        lively = sa.select(_EVENTS.c.sender_id).where(_EVENTS.c.timestamp >= before)
        erased = 0
        for id_ in filter(chosen, ids):
            still_old = sa.literal(id_).not_in(lively.where(_EVENTS.c.sender_id == id_))
            erased += self._delete(_EVENTS.c.sender_id == id_, still_old) > 0
        checkpoint(self._engine)
        return erased

    def trim(self, longest: int, most: int, chosen: Callable[[str], bool]) -> int:
        """Erase what is too much; return how many events.

        Of a conversation of more than `longest` events the oldest; while there are more than
        `most` in all, whole conversations that are `chosen` by their id, the one that has been
        silent for longest first.
        """
        if not self._exists():
            return 0
        sender, count = _EVENTS.c.sender_id, sa.func.count()
        too_long = sa.select(sender, count).group_by(sender).having(count > longest)
        with self._engine.connect() as connection:
            longer = connection.execute(too_long).all()
            total = connection.execute(sa.select(count).select_from(_EVENTS)).scalar_one()
        erased = sum(self._shorten(id_, events - longest) for id_, events in longer)
        if total - erased > most:
            silent = sa.select(sender).group_by(sender).order_by(sa.func.max(_EVENTS.c.timestamp))
            with self._engine.connect() as connection:
                ids = list(connection.execute(silent).scalars())
            for id_ in filter(chosen, ids):
                if total - erased <= most:
                    break
                erased += self._delete(sender == id_)
        return erased

    def _shorten(self, conversation: str, excess: int) -> int:
        """Erase the `excess` oldest events of a conversation; return how many."""
        ours = sa.select(_EVENTS.c.id).where(_EVENTS.c.sender_id == conversation)
        with self._engine.connect() as connection:
            last = connection.execute(ours.order_by(_EVENTS.c.id).offset(excess - 1).limit(1))
            return self._delete(_EVENTS.c.sender_id == conversation, _EVENTS.c.id <= last.scalar())

    def _delete(self, *conditions: sa.sql.ColumnElement) -> int:
        with self._engine.begin() as connection:
            return int(connection.execute(sa.delete(_EVENTS).where(*conditions)).rowcount)


def open_conversations(patience: float = PATIENCE) -> SqlConversations:
    """Return the conversations of CIMENTO_CONVERSATIONS_URL. `patience`: see database.connect.

    Raises WrongSecretError when they cannot be found with the secret in force, and
    SQLAlchemyError while they cannot be reached.
    """
    engine = connect(StorageSettings.read().conversations_url, patience)
    with engine.connect() as connection:
        check_key(connection, TALK)
    return SqlConversations(engine)
