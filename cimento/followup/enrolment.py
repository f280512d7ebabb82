"""Enrol somebody in a follow-up, or correct the follow-up they have."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup import audit, people, phone, plan
from cimento.followup.models import Consent, Enrolment
from cimento.followup.plan import Planned
from cimento.followup.protocol import Protocol
from cimento.followup.schedule import MomentRefused, read_moment
from cimento.sms.numbers import NumberRefused, normalise
from cimento.store.database import Database
from cimento.store.vault import WARD, conversation_id, encrypt, keyed_hash

# Two discharges this close are one follow-up, of which the second corrects the first.
SAME_FOLLOW_UP = timedelta(days=7)
_LATEST, _FARTHEST = timedelta(hours=24), timedelta(days=366)
_ANOTHER_DAY = timedelta(hours=24)
_CLOCKS_DIFFER = timedelta(minutes=5)
_LONGEST_NAME, _LONGEST_REFERENCE = 100, 50  # characters


class EnrolmentRefused(ValueError):
    """The enrolment cannot be made; the message gives every reason, in French. `fields`: the reason
    by the field of the Request that it is about, of those that are about one."""

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


@dataclass(frozen=True)
class Request:
    """An enrolment as it is asked for, all texts. Dates are ISO 8601, by the clock of Paris
    when they have no offset. `consent_by`: who recorded the patient's consent; `ward_reference`:
    what the ward calls the stay, if it says; no SMS ever does."""

    number: str = field(repr=False)
    discharge: str
    consent_by: str
    consent_at: str
    act: str = ""
    ward_reference: str = field(default="", repr=False)


@dataclass(frozen=True)
class Enrolled:
    """What became of a request. `merged`: the follow-up existed, and is corrected; `plan`: what
    will be sent, and what not; `others`: the follow-ups of others on the same telephone."""

    id: int
    conversation_id: str
    merged: bool
    plan: list[Planned]
    others: list[int]


@dataclass(frozen=True)
class _Checked:
    number: str
    discharge_at: datetime
    act_at: datetime | None
    consent_by: str
    consent_at: datetime
    ward_reference: str


def check_name(name: str) -> str:
    """Return the name of who records something. Raises EnrolmentRefused when it is none."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise EnrolmentRefused(f"Le nom manque, ou dépasse {_LONGEST_NAME} caractères.")
    return name


class _Reasons(dict[str, str]):
    """Why a request is refused: everything at once, by field."""

    def add(self, name: str, reason: str) -> None:
        self[name] = f"{self[name]} {reason}" if name in self else reason

    def moment(self, name: str, label: str, text: str) -> datetime | None:
        try:
            return read_moment(text)
        except MomentRefused as error:
            self.add(name, f"{label} : {error}")
            return None

    def moments(self, discharge: str, act: str, now: datetime) -> tuple[datetime, datetime | None]:
        """Return (discharge, act), None when there is no act; `now` stands for what is wrong."""
        discharge_at = self.moment("discharge", "Sortie", discharge) or now
        if discharge_at < now - _LATEST:
            self.add("discharge", "Sortie : elle date de plus de 24 heures.")
        if discharge_at > now + _FARTHEST:
            self.add("discharge", "Sortie : elle est dans plus d'un an.")
        act_at = self.moment("act", "Acte", act) if act.strip() else None
        if act_at and not discharge_at - _FARTHEST < act_at <= discharge_at:
            self.add("act", "Acte : il doit précéder la sortie, de moins d'un an.")
        return discharge_at, act_at

    def refuse_if_any(self) -> None:
        if self:
            raise EnrolmentRefused(" ".join(self.values()), dict(self))


def check_moments(discharge: str, act: str, now: datetime) -> tuple[datetime, datetime | None]:
    """Return (discharge, act or None), of texts. Raises EnrolmentRefused with every reason."""
    reasons = _Reasons()
    found = reasons.moments(discharge, act, now)
    reasons.refuse_if_any()
    return found


def _check(request: Request, now: datetime) -> _Checked:
    reasons = _Reasons()
    number, consent_by = "", ""
    try:
        number = normalise(request.number)
    except NumberRefused as error:
        reasons.add("number", str(error))
    try:
        consent_by = check_name(request.consent_by)
    except EnrolmentRefused as error:
        reasons.add("consent_by", f"Consentement, recueilli par : {error}")
    if request.consent_at.strip():
        consent_at = reasons.moment("consent_at", "Consentement", request.consent_at) or now
    else:
        consent_at = now
        reasons.add("consent_at", "Consentement : la date manque.")
    if consent_at > now + _CLOCKS_DIFFER:
        reasons.add("consent_at", "Consentement : la date est à venir.")
    discharge_at, act_at = reasons.moments(request.discharge, request.act, now)
    ward_reference = " ".join(request.ward_reference.split())
    if len(ward_reference) > _LONGEST_REFERENCE or not ward_reference.isprintable():
        reasons.add(
            "ward_reference", f"Référence du service : {_LONGEST_REFERENCE} caractères au plus."
        )
    reasons.refuse_if_any()
    return _Checked(number, discharge_at, act_at, consent_by, consent_at, ward_reference)


def _same_follow_up(session: Session, conversation: str, asked: _Checked) -> Enrolment | None:
    """Return the follow-up that a request is about: that of the same ward reference, whatever its
    date; without one, that of about the same date. Two references are two patients."""
    query = sa.select(Enrolment).where(Enrolment.conversation_id == conversation)
    if asked.ward_reference:
        query = query.where(Enrolment.ward_key == keyed_hash(asked.ward_reference, WARD))
    else:
        first, last = asked.discharge_at - SAME_FOLLOW_UP, asked.discharge_at + SAME_FOLLOW_UP
        query = query.where(
            Enrolment.ward_key.is_(None), Enrolment.discharge_at.between(first, last)
        )
    return session.execute(query.order_by(Enrolment.id.desc()).limit(1)).scalar_one_or_none()


def _refuse_another_number(session: Session, conversation: str, ward_reference: str) -> None:
    """Two numbers would get the SMS of one patient: one of them is wrong."""
    query = sa.select(Enrolment.id).where(
        Enrolment.ward_key == keyed_hash(ward_reference, WARD),
        Enrolment.conversation_id != conversation,
        Enrolment.cancelled_at.is_(None),
    )
    other = session.execute(query.limit(1)).scalar()
    if other is not None:
        raise EnrolmentRefused(
            f"Cette référence a un suivi sous un autre numéro (n° {other}) : annulez-le d'abord."
        )


def settle_act(
    enrolment: Enrolment, discharge_at: datetime, act_at: datetime | None, now: datetime
) -> datetime | None:
    """Return the act of a follow-up that gets other dates: what is given, else what it was.

    Raises EnrolmentRefused when an act to come may have moved too: its eve would be told wrong.
    """
    before = enrolment.act_at
    if act_at or not before:
        return act_at
    moved = abs(discharge_at - enrolment.discharge_at) >= _ANOTHER_DAY
    if before > discharge_at or (moved and before > now):
        raise EnrolmentRefused("Acte : la sortie change de jour, redonnez la date de l'acte.")
    return before


def enrol(database: Database, protocol: Protocol, request: Request, now: datetime) -> Enrolled:
    """Record the consent and plan the SMS. Raises EnrolmentRefused with every reason.

    A second request about the same stay (the same ward reference, or without one about the same
    discharge) corrects the first: what has not been sent is planned again, and what has, when the
    date is another day. What was cancelled begins again.
    """
    checked = _check(request, now)
    with database.begin() as session:
        return _enrol(session, protocol, checked, now)


class _OnlySeen(Exception):
    def __init__(self, enrolled: Enrolled) -> None:
        self.enrolled = enrolled


def preview(database: Database, protocol: Protocol, request: Request, now: datetime) -> Enrolled:
    """Return what `enrol` would do, and do nothing. Raises what it raises."""
    checked = _check(request, now)
    try:
        with database.begin() as session:
            raise _OnlySeen(_enrol(session, protocol, checked, now))  # undone
    except _OnlySeen as seen:
        return seen.enrolled


def _enrol(session: Session, protocol: Protocol, checked: _Checked, now: datetime) -> Enrolled:
    conversation = conversation_id(checked.number)
    person = people.lock_or_add(session, checked.number, now)
    if people.is_opted_out(session, conversation):
        raise EnrolmentRefused(
            "Cette personne a répondu STOP. Elle seule peut reprendre : par SMS, REPRENDRE."
        )
    if checked.ward_reference:
        _refuse_another_number(session, conversation, checked.ward_reference)
    enrolment = _same_follow_up(session, conversation, checked)
    merged = enrolment is not None
    if enrolment is None:
        enrolment = Enrolment(conversation_id=conversation, created_at=now)
        session.add(enrolment)
    enrolment.act_at = settle_act(enrolment, checked.discharge_at, checked.act_at, now)
    enrolment.discharge_at = checked.discharge_at
    enrolment.cancelled_at = None
    if checked.ward_reference:
        enrolment.ward_reference = encrypt(checked.ward_reference, WARD)
        enrolment.ward_key = keyed_hash(checked.ward_reference, WARD)
    session.add(
        Consent(
            conversation_id=conversation,
            event="given",
            recorded_by=checked.consent_by,
            at=checked.consent_at,
        )
    )
    session.flush()
    person.unreachable_at = None
    plan.make(session, person, enrolment, protocol, now)
    done = "correct" if merged else "enrol"
    audit.record(session, checked.consent_by, done, conversation, now)
    return Enrolled(
        enrolment.id,
        conversation,
        merged,
        plan.of(session, enrolment.id),
        [other.id for other in phone.others(session, enrolment)],
    )
