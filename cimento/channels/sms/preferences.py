"""Who wants no SMS: the wishes told by STOP and START, kept with the follow-ups."""

from datetime import datetime, timezone

from cimento.followup import people
from cimento.store.database import Database


class Preferences:
    """The wishes of all conversations, shared by all processes through the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_opted_out(self, conversation: str) -> bool:
        """Return whether this conversation is to receive nothing."""
        with self._database.begin() as session:
            return people.is_opted_out(session, conversation)

    def opt_out(self, conversation: str) -> bool:
        """Record STOP; return False when it was recorded already."""
        return people.record_stop(self._database, conversation, datetime.now(timezone.utc))

    def opt_in(self, conversation: str) -> None:
        """Record START: follow-ups go on as well."""
        people.record_start(self._database, conversation, datetime.now(timezone.utc))
