"""Erase what is older than it may be, in every store, by each one's retention."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from cimento.followup import audit
from cimento.followup.erasure import Conversations, erase
from cimento.followup.models import Delivery, Enrolment, Person, State
from cimento.settings.chat import ChatSettings
from cimento.settings.followup import FollowUpSettings
from cimento.settings.sms import SmsSettings
from cimento.sms import tables
from cimento.store.database import Database, checkpoint
from cimento.store.heartbeat import PURGE, beat
from cimento.store.vault import is_by_sms

# Who still has something to be sent.
_WAITING = (
    sa.select(Enrolment.conversation_id)
    .join(Delivery)
    .where(Delivery.state.in_([State.PENDING, State.CLAIMED]))
)


@dataclass(frozen=True)
class Retention:
    """For how long things are kept, after the last message that they are about."""

    web: timedelta  # conversations of the website and of the REST channel
    people: timedelta  # people with all about them; conversations by SMS, of strangers too
    sms: timedelta  # ids and delivery states of SMS


def read_retention() -> Retention:
    """Return what the settings say; SettingError names the first variable that is wrong."""
    return Retention(
        web=timedelta(days=ChatSettings.read().keep_days),
        people=FollowUpSettings.read().retention,
        sms=timedelta(days=SmsSettings.read().keep_days),
    )


def purge(
    database: Database, conversations: Conversations, now: datetime, retention: Retention
) -> int:
    """Erase what is too old at `now` (aware); return how many people.

    People who still have something to be sent are kept, and their conversations. A store
    that fails keeps nothing from being erased in the others; then its error is raised. A purge that
    did all is recorded.
    """

    def is_stranger_or_over(conversation: str) -> bool:
        return is_by_sms(conversation) and not _is_waiting(database, conversation)

    long_ago = (now - retention.people).timestamp()
    with ExitStack() as others:  # each is called, whatever the others raise; the first at the end
        others.callback(checkpoint, database.engine)
        others.callback(tables.purge, database.engine, now - retention.sms)
        others.callback(conversations.asked.purge, now.date())
        others.callback(conversations.purge, long_ago, is_stranger_or_over)
        others.callback(
            conversations.purge, (now - retention.web).timestamp(), lambda id_: not is_by_sms(id_)
        )
        erased = _purge_people(database, conversations, now, now - retention.people)
    beat(database.engine, PURGE, now)
    return erased


def _purge_people(
    database: Database, conversations: Conversations, now: datetime, before: datetime
) -> int:
    query = sa.select(Person.conversation_id).where(
        Person.last_message_at < before, Person.conversation_id.not_in(_WAITING)
    )
    with database.begin() as session:
        old = list(session.execute(query).scalars())
    for conversation in old:
        audit.note(database, "retention", "erase", conversation, now)
    return sum(erase(database, conversations, conversation) for conversation in old)


def _is_waiting(database: Database, conversation: str) -> bool:
    query = _WAITING.where(Enrolment.conversation_id == conversation).limit(1)
    with database.begin() as session:
        return session.execute(query).first() is not None
