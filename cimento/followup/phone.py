"""Two patients on one phone, a couple or a carer's: who is who, and who is asked.

They are told apart by the ward's references. An SMS says whom it is about by when they came home.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup.models import Delivery, Enrolment, Kind, State
from cimento.followup.schedule import PARIS


def others(session: Session, enrolment: Enrolment) -> list[Enrolment]:
    """Return the follow-ups of other patients that the same phone gets SMS of, now or later."""
    query = sa.select(Enrolment).where(
        Enrolment.conversation_id == enrolment.conversation_id,
        Enrolment.id != enrolment.id,
        Enrolment.cancelled_at.is_(None),
    )
    found = [e for e in session.execute(query).scalars() if e.ward_key != enrolment.ward_key]
    going_on = sa.select(Delivery.enrolment_id).where(
        Delivery.enrolment_id.in_([other.id for other in found]),
        sa.or_(
            Delivery.state.in_([State.PENDING, State.CLAIMED]), Delivery.reply_due_at.is_not(None)
        ),
    )
    ids = set(session.execute(going_on).scalars()) if found else set()
    return [other for other in found if other.id in ids]


def awaits_an_answer(session: Session, enrolments: list[Enrolment]) -> bool:
    """Return whether one of them has been asked something: two questions at a time would have one
    answer."""
    open_question = sa.select(Delivery.id).where(
        Delivery.enrolment_id.in_([enrolment.id for enrolment in enrolments]),
        sa.or_(
            Delivery.reply_due_at.is_not(None),
            sa.and_(Delivery.state == State.PENDING, Delivery.kind == Kind.REMINDER),
        ),
    )
    return bool(enrolments) and session.execute(open_question.limit(1)).first() is not None


def home(enrolment: Enrolment, others: list[Enrolment]) -> str:
    """Return what tells a patient from the `others` on the same phone, "" when there are none."""
    if not others:
        return ""
    came = enrolment.discharge_at.astimezone(PARIS)
    days = {other.discharge_at.astimezone(PARIS).date() for other in others}
    return f"le {came.day}" + (f" à {came.hour}h" if came.date() in days else "")
