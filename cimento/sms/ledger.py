"""What became of each message sent, by its reference: what makes "never twice" provable.

A row is written before the provider is called: no row means that it never was.
"""

import json
import logging
from collections import OrderedDict
from datetime import datetime, timedelta, timezone
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cimento.sms.gateway import Knowledge, UncertainFailure
from cimento.sms.tables import OUTBOUND
from cimento.store.spool import SpoolFolder

logger = logging.getLogger(__name__)

# begun: the provider is being called, or a crash cut the call. refused: it said no.
State = Literal["begun", "refused", "accepted", "delivered", "failed"]
_SUFFIX = ".sent"
_FINAL = ("delivered", "failed")
# A call that was cut so long ago, and that no report has told of, is made again when what it
# carried is urgent: providers report within seconds what they have taken.
REPORTED_WITHIN = timedelta(minutes=2)
_REMEMBERED = 10_000  # messages sent by this process, known when the database tells nothing


class Ledger:
    """The states of sent messages, shared by all processes through the database.

    `elsewhere`: where is noted what was sent while the database could not be written.
    """

    def __init__(self, engine: Engine, elsewhere: SpoolFolder | None = None) -> None:
        self._engine = engine
        self._elsewhere = elsewhere or SpoolFolder()
        self._memory: dict[str, str] = {}
        self._sent: OrderedDict[str, str] = OrderedDict()

    def begin(self, reference: str, urgent: bool = False) -> str | None:
        """Claim `reference` before sending; return the provider's id if it was sent before.

        Raises UncertainFailure when an earlier call was cut: it may have been sent. What is
        `urgent` is then sent again, rather twice than never, once a report has had time to come.
        """
        now = datetime.now(timezone.utc)
        row = {"state": "begun", "provider_id": None, "at": now}
        try:
            with self._engine.begin() as connection:
                connection.execute(OUTBOUND.insert().values(reference=reference, **row))
            return None
        except IntegrityError:
            may_be_sent = OUTBOUND.c.state == "refused"
            if urgent:
                long_ago = OUTBOUND.c.at < now - REPORTED_WITHIN
                may_be_sent = sa.or_(may_be_sent, sa.and_(OUTBOUND.c.state == "begun", long_ago))
            ours = sa.and_(OUTBOUND.c.reference == reference, may_be_sent)
            with self._engine.begin() as connection:
                if connection.execute(OUTBOUND.update().where(ours).values(**row)).rowcount:
                    return None
        if self.state_of(reference) == "sent":
            return self._provider_id(reference) or reference
        raise UncertainFailure("an earlier call to the provider was cut short")

    def read_sent(self, reference: str) -> str | None:
        """Return the provider's id of an urgent message that was sent, None when it is to be sent:
        for when nothing can be written here. What this process sent it remembers; a database that
        is locked or full can be read; what cannot be read was never begun.

        Raises UncertainFailure when an earlier call was cut, and a report may still come.
        """
        if reference in self._sent:
            return self._sent[reference]
        query = sa.select(OUTBOUND).where(OUTBOUND.c.reference == reference)
        try:
            with self._engine.connect() as connection:
                row = connection.execute(query).first()
        except SQLAlchemyError:
            return None
        if row is None or row.state == "refused":
            return None
        if row.state != "begun":
            return str(row.provider_id or reference)
        if row.at < datetime.now(timezone.utc) - REPORTED_WITHIN:
            return None
        raise UncertainFailure("an earlier call to the provider was cut short")

    def record(self, reference: str, state: State, provider_id: str | None = None) -> bool:
        """Set the state of a message begun; return False when there is none to set.

        Reports come late and out of order: what is final stays, what was accepted stays so.
        """
        values: dict[str, object] = {"state": state, "at": datetime.now(timezone.utc)}
        if provider_id:
            values["provider_id"] = provider_id
        known = sa.and_(OUTBOUND.c.reference == reference, OUTBOUND.c.state.not_in(_FINAL))
        with self._engine.begin() as connection:
            return bool(
                connection.execute(OUTBOUND.update().where(known).values(**values)).rowcount
            )

    def note_elsewhere(self, reference: str, provider_id: str) -> None:
        """Note that a message was sent, though the database cannot be written. Never raises: what
        cannot be written anywhere stays in memory."""
        self._memory[reference] = provider_id
        try:
            self._elsewhere.write(reference, _SUFFIX, json.dumps([reference, provider_id]))
        except OSError as error:
            logger.error("What was sent is noted in memory alone: %s.", type(error).__name__)

    def remember(self, reference: str, provider_id: str) -> None:
        """Remember that this process sent a message: the database that recorded it may be locked
        when the message is to be sent again."""
        self._sent[reference] = provider_id
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)

    def noted_elsewhere(self, reference: str) -> str | None:
        """Return the provider's id of a message that was sent so, None when it was not."""
        if reference in self._memory:
            return self._memory[reference]
        noted = self._elsewhere.read(reference, _SUFFIX)
        return None if noted is None else str(json.loads(noted)[1])

    def record_what_was_noted(self) -> None:
        """Record here what was noted elsewhere. SQLAlchemyError: not yet."""
        noted = [json.loads(content) for content in self._elsewhere.contents(_SUFFIX)]
        for reference, provider_id in [*self._memory.items(), *noted]:
            self.record_sent(reference, provider_id)
            self._memory.pop(reference, None)
            self._elsewhere.remove(reference, _SUFFIX)

    def record_sent(self, reference: str, provider_id: str) -> None:
        """Record a message as accepted, begun in this ledger or not."""
        row = {"state": "accepted", "provider_id": provider_id, "at": datetime.now(timezone.utc)}
        try:
            with self._engine.begin() as connection:
                connection.execute(OUTBOUND.insert().values(reference=reference, **row))
        except IntegrityError:
            self.record(reference, "accepted", provider_id)

    def state(self, reference: str) -> State | None:
        """Return the state of a message, None when it was never begun."""
        with self._engine.connect() as connection:
            row = sa.select(OUTBOUND.c.state).where(OUTBOUND.c.reference == reference)
            found: State | None = connection.execute(row).scalar()
        return found

    def state_of(self, reference: str) -> Knowledge:
        """Return whether the provider took the message (see followup.gateway.Gateway)."""
        match self.state(reference):
            case None | "refused":
                return "absent"
            case "begun":
                return "unknown"
        return "sent"

    def _provider_id(self, reference: str) -> str | None:
        with self._engine.connect() as connection:
            row = sa.select(OUTBOUND.c.provider_id).where(OUTBOUND.c.reference == reference)
            found: str | None = connection.execute(row).scalar()
        return found
