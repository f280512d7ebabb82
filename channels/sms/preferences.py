"""Who wants no SMS, kept by conversation id."""

import time

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from channels.sms.database import OPT_OUT


class Preferences:
    """The wishes told by STOP and START, shared by all processes through the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_opted_out(self, conversation: str) -> bool:
        """Return whether this conversation is to receive nothing."""
        with self._engine.connect() as connection:
            row = sa.select(OPT_OUT.c.at).where(OPT_OUT.c.conversation == conversation)
            return connection.execute(row).first() is not None

    def opt_out(self, conversation: str) -> bool:
        """Record STOP; return False when it was recorded already."""
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    OPT_OUT.insert().values(conversation=conversation, at=time.time())
                )
        except IntegrityError:
            return False
        return True

    def opt_in(self, conversation: str) -> None:
        """Record START."""
        with self._engine.begin() as connection:
            connection.execute(OPT_OUT.delete().where(OPT_OUT.c.conversation == conversation))
