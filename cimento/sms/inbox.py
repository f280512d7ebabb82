"""What was received and is to be answered: stored first, answered once, whatever breaks between.

A message stands here, encrypted, until it is done. Those that a stop or a crash cut off are taken
up again, by the same machine at once, by others when it has had time to.
"""

import json
import secrets
import socket
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from cimento.sms.providers.base import Inbound
from cimento.sms.tables import INBOUND
from cimento.store.vault import decrypt, encrypt

# A message that another machine began so long ago and has not done was cut off. Longer than any
# handling takes.
INTERRUPTED_AFTER = timedelta(minutes=2)
AGAIN_AFTER = timedelta(seconds=30)  # between two tries of one whose handling came to nothing
_MOST = 100  # taken up at a time
_WORDS = "sms inbox"  # the key that messages are encrypted with

Taken = Literal["taken", "under way", "done"]


class Inbox:
    """The messages of `provider`, shared by all processes through the database.

    `place`: names the one process at a time that works there; by default this machine.
    """

    def __init__(self, engine: Engine, provider: str, place: str = "") -> None:
        self._engine = engine
        self._provider = provider
        self._place = f"{place or socket.gethostname()}:"[:100]
        self._owner = self._place + secrets.token_hex(8)  # of this boot

    def _row(self, message_id: str) -> sa.sql.ColumnElement[bool]:
        return sa.and_(INBOUND.c.provider == self._provider, INBOUND.c.id == message_id)

    def _left(self, now: datetime, given_back_before: datetime) -> sa.sql.ColumnElement[bool]:
        """Return what tells a message that nobody is answering any more."""
        owner = INBOUND.c.owner
        of_a_dead_boot = sa.and_(
            owner.startswith(self._place, autoescape=True), owner != self._owner
        )
        elsewhere = sa.and_(owner != self._owner, INBOUND.c.begun_at < now - INTERRUPTED_AFTER)
        given_back = sa.and_(owner.is_(None), INBOUND.c.begun_at <= given_back_before)
        return sa.and_(INBOUND.c.done_at.is_(None), sa.or_(of_a_dead_boot, elsewhere, given_back))

    def take(self, message: Inbound, conversation: str, now: datetime | None = None) -> Taken:
        """Store `message` and claim it: "taken" for one caller only, who is to answer it.

        Else "done", or "under way" with somebody. `now` knows its time zone.
        """
        now = now or datetime.now(timezone.utc)
        claim = {"owner": self._owner, "begun_at": now}
        row = {
            "provider": self._provider,
            "id": message.id,
            "conversation": conversation,
            "content": encrypt(json.dumps(asdict(message)), _WORDS),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(INBOUND.insert().values(**row, **claim))
            return "taken"
        except IntegrityError:
            known = self._row(message.id)
            with self._engine.begin() as connection:
                left = INBOUND.update().where(known, self._left(now, now))
                if connection.execute(left.values(**row, **claim)).rowcount:
                    return "taken"
                done = connection.execute(sa.select(INBOUND.c.done_at).where(known)).scalar()
            return "done" if done else "under way"

    def take_up(
        self, under_way: Collection[str] = (), now: datetime | None = None
    ) -> list[Inbound]:
        """Claim the messages that nobody is answering any more; return them, oldest first.

        `under_way`: the ids of those that this process is answering.
        """
        now = now or datetime.now(timezone.utc)
        waiting = sa.and_(
            INBOUND.c.provider == self._provider,
            INBOUND.c.content.is_not(None),
            INBOUND.c.id.not_in(under_way),
            sa.or_(self._left(now, now - AGAIN_AFTER), INBOUND.c.owner == self._owner),
        )
        query = sa.select(INBOUND.c.id, INBOUND.c.content).where(waiting)
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(INBOUND.c.begun_at).limit(_MOST)).all()
        return [
            Inbound(**json.loads(decrypt(row.content, _WORDS)))
            for row in found
            if self._claim(row.id, waiting, now)
        ]

    def _claim(self, message_id: str, waiting: sa.sql.ColumnElement[bool], now: datetime) -> bool:
        claim = INBOUND.update().where(self._row(message_id), waiting)
        with self._engine.begin() as connection:
            values = {"owner": self._owner, "begun_at": now}
            return bool(connection.execute(claim.values(**values)).rowcount)

    def done(self, message_id: str) -> None:
        """Record that a message was handled, and forget its words."""
        values = {"done_at": datetime.now(timezone.utc), "owner": None, "content": None}
        self._update(message_id, **values)

    def give_back(self, message_id: str) -> None:
        """Give up a claim that came to nothing: repeated by the provider, the message is taken at
        once; else it is taken up again by and by."""
        self._update(message_id, owner=None)

    def _update(self, message_id: str, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(INBOUND.update().where(self._row(message_id)).values(**values))

    def count_since(self, conversation: str, since: datetime) -> int:
        """Return how many messages `conversation` sent since `since`, which knows its zone."""
        with self._engine.connect() as connection:
            return connection.execute(
                sa.select(sa.func.count()).where(
                    INBOUND.c.conversation == conversation, INBOUND.c.begun_at >= since
                )
            ).scalar_one()
