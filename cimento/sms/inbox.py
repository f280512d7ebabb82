"""Handle each message of a provider once: providers repeat what they think was lost."""

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from cimento.sms.tables import INBOUND

# A message begun so long ago and not done was interrupted by a crash: its
# repetition is handled. Longer than any turn takes.
INTERRUPTED_AFTER = timedelta(minutes=2)


class Seen:
    """The ids of the messages of `provider`, shared by all processes through the database."""

    def __init__(self, engine: Engine, provider: str) -> None:
        self._engine = engine
        self._provider = provider

    def _row(self, message_id: str) -> sa.sql.ColumnElement[bool]:
        return sa.and_(INBOUND.c.provider == self._provider, INBOUND.c.id == message_id)

    def claim(self, message_id: str, conversation: str, now: datetime | None = None) -> bool:
        """Return whether the caller is to handle this message: True for one caller only.

        `now` knows its time zone.
        """
        now = now or datetime.now(timezone.utc)
        values = {"conversation": conversation, "begun_at": now}
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    INBOUND.insert().values(provider=self._provider, id=message_id, **values)
                )
            return True
        except IntegrityError:
            interrupted = sa.and_(
                self._row(message_id),
                INBOUND.c.done_at.is_(None),
                INBOUND.c.begun_at < now - INTERRUPTED_AFTER,
            )
            with self._engine.begin() as connection:
                updated = connection.execute(INBOUND.update().where(interrupted).values(**values))
            return bool(updated.rowcount == 1)

    def done(self, message_id: str) -> None:
        """Record that the message was handled: repetitions are ignored for good."""
        with self._engine.begin() as connection:
            connection.execute(
                INBOUND.update()
                .where(self._row(message_id))
                .values(done_at=datetime.now(timezone.utc))
            )

    def release(self, message_id: str) -> None:
        """Forget a claim that came to nothing: the next repetition is handled."""
        with self._engine.begin() as connection:
            connection.execute(INBOUND.delete().where(self._row(message_id)))

    def count_since(self, conversation: str, since: datetime) -> int:
        """Return how many messages `conversation` sent since `since`, which knows its zone."""
        with self._engine.connect() as connection:
            return connection.execute(
                sa.select(sa.func.count()).where(
                    INBOUND.c.conversation == conversation, INBOUND.c.begun_at >= since
                )
            ).scalar_one()
