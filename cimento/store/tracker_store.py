"""Rasa's SQL tracker store, with conversations that do not slow down as they grow.

Rasa replays every event of a session at every turn, and sends them all to the action
server: the 200th turn costs twice the 10th. This store reads back the last turns only,
with the slots and the form as they stood before; that is all the policies look at.
Everything stays stored, and `retrieve_full_tracker` still returns it.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Query, Session

from cimento.store.conversations import SqlConversations

# Set on the trackers read here: how many of their events are in the database.
_STORED = "_events_stored"


class Judgement(SQLTrackerStore.Base):
    """Whether one answer helped. Says nothing of who was asked, nor of the conversation."""

    __tablename__ = "judgements"

    answer = sa.Column(sa.String(64), primary_key=True)
    topic = sa.Column(sa.String(64), nullable=False, index=True)
    helpful = sa.Column(sa.Boolean, nullable=False)


def stored_in(agent: Any) -> "BoundedSQLTrackerStore":
    """Return the store of a running agent, without the wrapper that Rasa puts around it."""
    store = agent.tracker_store
    return getattr(store, "_tracker_store", store)


class BoundedSQLTrackerStore(SQLTrackerStore):
    """SQL tracker store that reads back at most `max_turns` turns of a conversation."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        dialect: str = "sqlite",
        db: str = "rasa.db",
        max_turns: int = 8,
        **kwargs: Any,
    ) -> None:
        self._max_turns = max_turns
        if dialect == "sqlite":
            Path(db).parent.mkdir(parents=True, exist_ok=True)
        super().__init__(domain=domain, event_broker=event_broker, dialect=dialect, db=db, **kwargs)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the tracker of the last turns of `sender_id`, None for a new sender."""
        with self.session_scope() as session:
            rows = self._recent_rows(session, sender_id)
        if not rows or not self.domain:
            return None
        events = [json.loads(row.data) for row in rows]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        setattr(tracker, _STORED, len(tracker.events))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that `tracker` got since it was read or saved."""
        await super().save(tracker)
        setattr(tracker, _STORED, len(tracker.events))

    @property
    def conversations(self) -> SqlConversations:
        """What is stored, to be read, erased or purged without a tracker."""
        return SqlConversations(self.engine)

    def judge(self, answer: str, topic: str, helpful: bool) -> None:
        """Record whether an answer helped. `answer` is its unique id: a judgement may change."""
        with self.session_scope() as session:
            session.merge(Judgement(answer=answer, topic=topic, helpful=helpful))
            session.commit()

    def judgements(self) -> list[tuple[str, int, int]]:
        """Return (topic, helpful, not helpful) counts, the most judged topic first."""
        helpful = sa.func.sum(sa.case((Judgement.helpful, 1), else_=0))
        with self.session_scope() as session:
            rows = (
                session.query(Judgement.topic, helpful, sa.func.count() - helpful)
                .group_by(Judgement.topic)
                .order_by(sa.func.count().desc(), Judgement.topic)
            )
            return [tuple(row) for row in rows]

    def _additional_events(
        self, session: Session, tracker: DialogueStateTracker
    ) -> Iterator[Event]:
        stored = getattr(tracker, _STORED, None)
        if stored is None:
            return super()._additional_events(session, tracker)
        return islice(tracker.events, stored, None)

    def _recent_rows(self, session: Session, sender_id: str) -> list[Any]:
        current_session = self._event_query(session, sender_id, False)
        start = self._window_start(current_session)
        if start is None:
            return current_session.all()
        row = self.SQLEvent
        older = current_session.filter(row.id < start).order_by(None)
        last_of_each_slot = (
            older.filter(row.type_name == SlotSet.type_name)
            .with_entities(sa.func.max(row.id))
            .group_by(row.action_name)  # holds the slot's name
        )
        last_loop = older.filter(row.type_name == ActiveLoop.type_name).with_entities(
            sa.func.max(row.id)
        )
        carried = [id_ for (id_,) in [*last_of_each_slot, *last_loop] if id_ is not None]
        return current_session.filter(sa.or_(row.id >= start, row.id.in_(carried))).all()

    def _window_start(self, current_session: Query) -> int | None:
        """Return the id of the `action_listen` before the last `max_turns` messages."""
        row = self.SQLEvent
        newest_first = current_session.order_by(None).order_by(row.id.desc())
        first_message = (
            newest_first.filter(row.type_name == UserUttered.type_name)
            .with_entities(row.id)
            .offset(self._max_turns - 1)
            .first()
        )
        if first_message is None:
            return None
        listen = (
            newest_first.filter(
                row.type_name == ActionExecuted.type_name,
                row.action_name == ACTION_LISTEN_NAME,
                row.id < first_message.id,
            )
            .with_entities(row.id)
            .first()
        )
        return listen.id if listen else None
