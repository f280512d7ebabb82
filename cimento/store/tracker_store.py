"""Rasa's SQL tracker store, with conversations that do not slow down as they grow.

Rasa replays every event of a session at every turn, and sends them all to the action
server: the 200th turn costs twice the 10th. This store reads back the last turns only,
with the slots and the form as they stood before; that is all the policies look at.
Everything stays stored, encrypted, and `retrieve_full_tracker` still returns it. The database is
waited for in threads: whoever has nothing to do with it is served meanwhile.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
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
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Query, Session, sessionmaker

from cimento.settings.concern import SettingError
from cimento.settings.storage import StorageSettings
from cimento.store.conversations import Seal, SqlConversations
from cimento.store.database import alone, connect, harden
from cimento.store.key_check import TALK, WrongSecretError, check_key

logger = logging.getLogger(__name__)

_PATIENCE = 2.0  # seconds that a turn waits for a database that is locked
# Why an answer did not help: not the question, too hard, not all of it, something else.
REASONS = ("off", "hard", "partial", "other")
# Set on the trackers read here: how many of their events are in the database.
_STORED = "_events_stored"


class Judgement(SQLTrackerStore.Base):
    """Whether one answer helped. Says nothing of who was asked, nor of the conversation."""

    __tablename__ = "judgements"

    answer = sa.Column(sa.String(64), primary_key=True)
    topic = sa.Column(sa.String(64), nullable=False, index=True)
    helpful = sa.Column(sa.Boolean, nullable=False)


class Reason(SQLTrackerStore.Base):
    """Why one answer did not help, for who says so. A table of its own: an older database gets
    tables that it lacks, never columns."""

    __tablename__ = "reasons"

    answer = sa.Column(sa.String(64), primary_key=True)
    topic = sa.Column(sa.String(64), nullable=False, index=True)
    reason = sa.Column(sa.String(16), nullable=False)


class Unanswered(SQLTrackerStore.Base):
    """That some conversation found no answer on a theme in a week (its Monday, ISO 8601); see
    asked.Asked, which writes and reads it."""

    __tablename__ = "unanswered"

    asked = sa.Column(sa.String(64), primary_key=True)
    theme = sa.Column(sa.String(64), nullable=False)
    week = sa.Column(sa.String(10), nullable=False, index=True)


def stored_in(agent: Any) -> "BoundedSQLTrackerStore":
    """Return the store of a running agent, without the wrapper that Rasa puts around it."""
    store = agent.tracker_store
    return getattr(store, "_tracker_store", store)


def _engine(url: str) -> Engine:
    """Return an engine whose errors hold no values: neither who, nor what was said."""
    if not url.startswith("sqlite"):
        return connect(url, _PATIENCE)
    Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, hide_parameters=True)
    harden(engine, _PATIENCE)
    return engine


class BoundedSQLTrackerStore(SQLTrackerStore):
    """SQL tracker store that reads back at most `max_turns` turns of a conversation."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        max_turns: int = 8,
        url: str | None = None,
        **elsewhere: Any,
    ) -> None:
        """`url`: the database, by default that of CIMENTO_CONVERSATIONS_URL, which every command
        reads. It may be away: its tables are made when it is there. Raises SettingError when
        endpoints.yml names a database too: what is erased here would stay there; and
        WrongSecretError.
        """
        if named := sorted(name for name, value in elsewhere.items() if value is not None):
            raise SettingError(
                f"endpoints.yml, tracker_store: remove {', '.join(named)}. Where conversations are "
                "kept is said by CIMENTO_CONVERSATIONS_URL alone."
            )
        TrackerStore.__init__(self, domain, event_broker)
        self._max_turns = max_turns
        self.engine = _engine(url or StorageSettings.read().conversations_url)
        self.sessionmaker = sessionmaker(self.engine)
        self._has_tables, self._making = False, threading.Lock()
        try:
            self._make_tables()
        except SQLAlchemyError as error:
            logger.error("The conversations cannot be stored: %s.", type(error).__name__)

    def _make_tables(self) -> None:
        """Make the tables that are missing: once, by one process at a time. Raises
        WrongSecretError."""
        with self._making:
            if self._has_tables:
                return
            with alone(self.engine) as connection:
                check_key(connection, TALK, make=True)
                self.Base.metadata.create_all(connection)
            self._has_tables = True

    @contextmanager
    def session_scope(self) -> Iterator[Session]:
        """Give a session on tables that are there. Raises SQLAlchemyError."""
        self._make_tables()
        with super().session_scope() as session:
            yield session

    @cached_property
    def _seal(self) -> Seal:
        return Seal()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the tracker of the last turns of `sender_id`, None for a new sender."""
        return await asyncio.to_thread(self._read, sender_id, self._recent_rows)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Return the tracker of all that `conversation_id` said, None for a new sender."""

        def all_rows(session: Session, sender_id: str) -> list[Any]:
            return self._event_query(session, sender_id, True).all()

        return await asyncio.to_thread(self._read, conversation_id, all_rows)

    def _read(
        self, sender_id: str, rows_of: Callable[[Session, str], list[Any]]
    ) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            rows = rows_of(session, sender_id)
        if not rows or not self.domain:
            return None
        events = [self._seal.open(row.data) for row in rows]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        setattr(tracker, _STORED, len(tracker.events))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that `tracker` got since it was read or saved.

        A failure is logged, not raised: Rasa would keep the words in memory, for ever and in
        vain, since it reads nothing back from there.
        """
        await self.stream_events(tracker)
        try:
            await asyncio.to_thread(self._write, tracker)
        except (SQLAlchemyError, WrongSecretError) as error:
            logger.error("A turn could not be stored: %s.", type(error).__name__)
            return
        setattr(tracker, _STORED, len(tracker.events))

    def _write(self, tracker: DialogueStateTracker) -> None:
        with self.session_scope() as session:
            for event in self._additional_events(session, tracker):
                session.add(self._row(tracker.sender_id, event))
            session.commit()

    def _row(self, sender_id: str, event: Event) -> Any:
        """Return the row of an event. Plain are its kind, its time, and the names that
        `_recent_rows` looks for: neither what was understood nor what was answered."""
        content = event.as_dict()
        is_slot = event.type_name == SlotSet.type_name
        searched = is_slot or content.get("name") == ACTION_LISTEN_NAME
        return self.SQLEvent(
            sender_id=sender_id,
            type_name=event.type_name,
            timestamp=content.get("timestamp"),
            action_name=content.get("name") if searched else None,
            data=self._seal.close(content),
        )

    @property
    def conversations(self) -> SqlConversations:
        """What is stored, to be read, erased or purged without a tracker."""
        return SqlConversations(self.engine)

    def judge(self, answer: str, topic: str, helpful: bool, reason: str | None = None) -> None:
        """Record whether an answer helped, and why not (one of REASONS) when that was said.

        `answer` is its unique id: a judgement may change, and takes its reason with it.
        """
        with self.session_scope() as session:
            session.merge(Judgement(answer=answer, topic=topic, helpful=helpful))
            session.query(Reason).filter_by(answer=answer).delete()
            if reason and not helpful:
                session.add(Reason(answer=answer, topic=topic, reason=reason))
            session.commit()

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
