"""The conversations, as Rasa's SQL tracker store keeps them in its table `events`.

Plain SQL: what is held about somebody is given and erased without Rasa.
"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

_EVENTS = sa.table(
    "events",
    sa.column("id"),
    sa.column("sender_id"),
    sa.column("timestamp"),  # seconds since 1970
    sa.column("data"),
)


class SqlConversations:
    """The conversations in the database of `engine`; none while it has no such table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _exists(self) -> bool:
        return bool(sa.inspect(self._engine).has_table(_EVENTS.name))

    def read(self, conversation: str) -> list[dict[str, Any]]:
        """Return the events of a conversation, oldest first."""
        if not self._exists():
            return []
        query = sa.select(_EVENTS.c.data).where(_EVENTS.c.sender_id == conversation)
        with self._engine.begin() as connection:
            rows = connection.execute(query.order_by(_EVENTS.c.id))
            return [json.loads(data) for (data,) in rows]

    def erase(self, conversation: str) -> int:
        """Erase a conversation; return how many events it had."""
        if not self._exists():
            return 0
        return self._delete(_EVENTS.c.sender_id == conversation)

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
        return erased

    def _delete(self, *conditions: sa.sql.ColumnElement) -> int:
        with self._engine.begin() as connection:
            return int(connection.execute(sa.delete(_EVENTS).where(*conditions)).rowcount)
