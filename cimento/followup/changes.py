"""What is changed of a follow-up: cancelled, paused, resumed, moved, sent to another number."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from cimento.followup import audit, people, plan
from cimento.followup.enrolment import EnrolmentRefused, check_moments, check_name, settle_act
from cimento.followup.models import Consent, Enrolment, Person, State
from cimento.followup.plan import Planned
from cimento.followup.protocol import Protocol
from cimento.sms.numbers import normalise
from cimento.store.database import Database

_CANCELLED = "cancelled"


class NoSuchFollowUp(LookupError):
    """There is no follow-up of this number."""


def about(id_: int, why: str = "") -> str:
    """Return what the audit trail calls a change of a follow-up; `why`: one word of a list."""
    return f"follow-up {id_}: {why}" if why else f"follow-up {id_}"


class _Changing(NamedTuple):
    session: Session
    person: Person
    enrolment: Enrolment


@contextmanager
def _changing(
    database: Database, id_: int, action: str, by: str, now: datetime, why: str = ""
) -> Iterator[_Changing]:
    """Give a follow-up, its person locked; write down who changes it, and `why`."""
    by = check_name(by)
    with database.begin() as session:
        enrolment = session.get(Enrolment, id_)
        person = people.lock(session, enrolment.conversation_id) if enrolment else None
        if person is None:
            raise NoSuchFollowUp(f"There is no follow-up {id_}.")
        session.refresh(enrolment)
        if enrolment.cancelled_at and action != "cancel":
            raise EnrolmentRefused(f"Le suivi n° {id_} est annulé : inscrivez de nouveau.")
        yield _Changing(session, person, enrolment)
        audit.record(session, by, action, about(id_, why), now)


def _await_nothing(changing: _Changing) -> None:
    for delivery in people.deliveries_of(changing.session, changing.person.conversation_id, *State):
        if delivery.enrolment_id == changing.enrolment.id:
            delivery.reply_due_at = None


def cancel(database: Database, id_: int, by: str, now: datetime, why: str = "") -> list[Planned]:
    """Send nothing more of a follow-up; return its plan. Raises NoSuchFollowUp, EnrolmentRefused.

    It can be enrolled again, by its ward reference or its date.
    """
    with _changing(database, id_, "cancel", by, now, why) as changing:
        session, person, enrolment = changing
        enrolment.cancelled_at = enrolment.cancelled_at or now
        _await_nothing(changing)
        waiting = (State.PENDING, State.OPTED_OUT)
        for delivery in people.deliveries_of(session, person.conversation_id, *waiting):
            if delivery.enrolment_id == id_:
                delivery.state, delivery.reason = State.DROPPED, _CANCELLED
        return plan.of(session, id_)


def pause(database: Database, id_: int, by: str, now: datetime, why: str = "") -> list[Planned]:
    """Send nothing until it is resumed; return the plan. What comes due meanwhile is dropped, and
    no answer is awaited. Raises NoSuchFollowUp, EnrolmentRefused."""
    with _changing(database, id_, "pause", by, now, why) as changing:
        changing.enrolment.paused_at = changing.enrolment.paused_at or now
        _await_nothing(changing)
        return plan.of(changing.session, id_)


def resume(database: Database, id_: int, by: str, now: datetime) -> list[Planned]:
    """Send again what is still to come; return the plan.

    Raises NoSuchFollowUp, EnrolmentRefused.
    """
    with _changing(database, id_, "resume", by, now) as changing:
        changing.enrolment.paused_at = None
        return plan.of(changing.session, id_)


def move(
    database: Database,
    protocol: Protocol,
    id_: int,
    discharge: str,
    act: str,
    by: str,
    now: datetime,
) -> list[Planned]:
    """Give a follow-up other dates; return its new plan. Texts: ISO 8601, of Paris when without
    offset; `act` may be empty: it stays, unless it is to come and the discharge is another day.

    Raises NoSuchFollowUp, EnrolmentRefused with every reason.
    """
    discharge_at, act_at = check_moments(discharge, act, now)
    with _changing(database, id_, "move", by, now) as changing:
        session, person, enrolment = changing
        enrolment.act_at = settle_act(enrolment, discharge_at, act_at, now)
        enrolment.discharge_at = discharge_at
        plan.make(session, person, enrolment, protocol, now)
        return plan.of(session, id_)


def renumber(
    database: Database, protocol: Protocol, id_: int, number: str, by: str, now: datetime
) -> list[Planned]:
    """Send the SMS of a follow-up to another number, its patient's own; return its plan.

    What was sent, and what was written, stays with the number before. Raises NoSuchFollowUp,
    NumberRefused; EnrolmentRefused when somebody said STOP, of either number: who did must be asked
    again whether they consent.
    """
    number = normalise(number)
    with _changing(database, id_, "renumber", by, now) as changing:
        session, before, enrolment = changing
        person = people.lock_or_add(session, number, now)
        for conversation in (before.conversation_id, person.conversation_id):
            if people.is_opted_out(session, conversation):
                raise EnrolmentRefused("Cette personne a répondu STOP : redemandez son accord.")
        _await_nothing(changing)
        enrolment.conversation_id = person.conversation_id
        person.unreachable_at = None
        session.add(
            Consent(conversation_id=person.conversation_id, event="given", recorded_by=by, at=now)
        )
        session.flush()
        plan.make(session, person, enrolment, protocol, now)
        return plan.of(session, id_)
