"""Enrol somebody in a follow-up: one by one, or from a CSV file."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup import audit, deliveries, people
from cimento.followup.models import Consent, Delivery, Enrolment, State
from cimento.followup.protocol import Protocol
from cimento.followup.schedule import MomentRefused, read_moment
from cimento.sms.numbers import NumberRefused, normalise
from cimento.store.database import Database
from cimento.store.vault import conversation_id

# Two discharges this close are one follow-up, of which the second corrects the first.
SAME_FOLLOW_UP = timedelta(days=7)
_LATEST, _FARTHEST = timedelta(hours=24), timedelta(days=366)
_CLOCKS_DIFFER = timedelta(minutes=5)
_LONGEST_NAME = 100  # characters


class EnrolmentRefused(ValueError):
    """The enrolment cannot be made; the message gives every reason, in French."""


@dataclass(frozen=True)
class Request:
    """An enrolment as it is asked for, all texts. Dates are ISO 8601, by the clock of Paris
    when they have no offset. `consent_by`: who recorded the patient's consent."""

    number: str = field(repr=False)
    discharge: str
    consent_by: str
    consent_at: str
    act: str = ""


@dataclass(frozen=True)
class Enrolled:
    """What became of a request. `merged`: the follow-up existed, and is corrected."""

    id: int
    conversation_id: str
    merged: bool


@dataclass(frozen=True)
class _Checked:
    number: str
    discharge_at: datetime
    act_at: datetime | None
    consent_by: str
    consent_at: datetime


def check_name(name: str) -> str:
    """Return the name of who records something. Raises EnrolmentRefused when it is none."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise EnrolmentRefused(f"Le nom manque, ou dépasse {_LONGEST_NAME} caractères.")
    return name


def _check(request: Request, now: datetime) -> _Checked:
    reasons: list[str] = []

    def moment(label: str, text: str) -> datetime:
        try:
            return read_moment(text)
        except MomentRefused as error:
            reasons.append(f"{label} : {error}")
            return now

    number, consent_by = "", ""
    try:
        number = normalise(request.number)
    except NumberRefused as error:
        reasons.append(str(error))
    try:
        consent_by = check_name(request.consent_by)
    except EnrolmentRefused as error:
        reasons.append(f"Consentement, recueilli par : {error}")
    if request.consent_at.strip():
        consent_at = moment("Consentement", request.consent_at)
    else:
        consent_at = now
        reasons.append("Consentement : la date manque.")
    if consent_at > now + _CLOCKS_DIFFER:
        reasons.append("Consentement : la date est à venir.")
    discharge_at = moment("Sortie", request.discharge)
    if discharge_at < now - _LATEST:
        reasons.append("Sortie : elle date de plus de 24 heures.")
    if discharge_at > now + _FARTHEST:
        reasons.append("Sortie : elle est dans plus d'un an.")
    act_at = moment("Acte", request.act) if request.act.strip() else None
    if act_at and not discharge_at - _FARTHEST < act_at <= discharge_at:
        reasons.append("Acte : il doit précéder la sortie, de moins d'un an.")
    if reasons:
        raise EnrolmentRefused(" ".join(reasons))
    return _Checked(number, discharge_at, act_at, consent_by, consent_at)


def _same_follow_up(session: Session, conversation: str, discharge: datetime) -> Enrolment | None:
    query = sa.select(Enrolment).where(
        Enrolment.conversation_id == conversation,
        Enrolment.discharge_at.between(discharge - SAME_FOLLOW_UP, discharge + SAME_FOLLOW_UP),
    )
    return session.execute(query.order_by(Enrolment.id.desc()).limit(1)).scalar_one_or_none()


def _plan(session: Session, enrolment: Enrolment, protocol: Protocol, now: datetime) -> None:
    """Give each step its window. What has gone out, or may have, is left alone."""
    query = sa.select(Delivery).where(Delivery.enrolment_id == enrolment.id)
    known = {delivery.step: delivery for delivery in session.execute(query).scalars()}
    windows = protocol.windows(enrolment.act_at, enrolment.discharge_at)
    for step in protocol.steps:
        if step.id not in windows:
            continue
        window, delivery = windows[step.id], known.get(step.id)
        if delivery is None:
            delivery = deliveries.new_delivery(step.id, step.kind, window)
            delivery.enrolment_id = enrolment.id
            session.add(delivery)
        elif delivery.state not in (State.PENDING, State.DROPPED):
            continue
        delivery.next_at, delivery.expires_at = window.due, window.expires
        if window.is_empty or window.expires <= now:
            delivery.state, delivery.reason = State.DROPPED, deliveries.TOO_LATE
        else:
            delivery.state, delivery.reason = State.PENDING, None


def enrol(database: Database, protocol: Protocol, request: Request, now: datetime) -> Enrolled:
    """Record the consent and plan the SMS. Raises EnrolmentRefused with every reason.

    A second request for the same number and about the same discharge corrects the first:
    what has been sent stays sent, what has not is planned again.
    """
    checked = _check(request, now)
    with database.begin() as session:
        conversation = conversation_id(checked.number)
        person = people.lock_or_add(session, checked.number, now)
        if people.is_opted_out(session, conversation):
            raise EnrolmentRefused(
                "Cette personne a répondu STOP. Elle seule peut reprendre : par SMS, REPRENDRE."
            )
        enrolment = _same_follow_up(session, conversation, checked.discharge_at)
        merged = enrolment is not None
        if enrolment is None:
            enrolment = Enrolment(conversation_id=conversation, created_at=now)
            session.add(enrolment)
        enrolment.discharge_at = checked.discharge_at
        enrolment.act_at = checked.act_at or enrolment.act_at
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
        _plan(session, enrolment, protocol, now)
        done = "correct" if merged else "enrol"
        audit.record(session, checked.consent_by, done, conversation, now)
        return Enrolled(enrolment.id, conversation, merged)


def _rows(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    """Yield the names of the columns, as keys, then each row. Raises EnrolmentRefused, with the
    line, where it cannot be read on: a quote that is never closed, mostly."""
    try:
        yield dict.fromkeys(reader.fieldnames or (), "")
        yield from reader
    except csv.Error:
        raise EnrolmentRefused(
            f"Le fichier n'est plus lisible à partir de la ligne {reader.line_num + 1} : "
            "une case est trop longue, ou un guillemet n'est pas fermé. Les lignes d'avant sont "
            "traitées."
        ) from None


COLUMNS = tuple(column.name for column in fields(Request))


def import_csv(
    database: Database, protocol: Protocol, content: bytes, now: datetime
) -> Iterator[tuple[int, str, bool]]:
    """Enrol each line of a CSV file; yield (line, what became of it in French, accepted).

    The first line names the columns (COLUMNS; `act` may be left out); `;` or `,` between
    them; UTF-8, or what Excel writes on a French Windows. Raises EnrolmentRefused when a
    column is missing.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise EnrolmentRefused(
            "Le fichier contient des caractères nuls : enregistrez-le en CSV (UTF-8)."
        )
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    rows = _rows(reader)
    missing = set(COLUMNS) - {"act"} - set(next(rows))
    if missing:
        raise EnrolmentRefused(f"Colonnes manquantes : {', '.join(sorted(missing))}.")
    for row in rows:
        request = Request(**{name: row.get(name) or "" for name in COLUMNS})
        try:
            enrolled = enrol(database, protocol, request, now)
        except EnrolmentRefused as error:
            yield reader.line_num, f"refusé : {error}", False
        else:
            yield reader.line_num, "mis à jour" if enrolled.merged else "inscrit", True
