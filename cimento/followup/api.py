"""The HTTP API of the follow-ups. Its description is at /docs and /openapi.json.

Numbers travel in bodies, never in addresses: addresses end up in logs.
"""

import hmac
import json
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from cimento.followup import alerts, audit, changes, enrolment, erasure
from cimento.followup.api_page import api_page
from cimento.followup.clock import Clock, utc_now
from cimento.followup.gate import Gate
from cimento.followup.models import Delivery, Enrolment
from cimento.followup.overview import counts, lateness
from cimento.followup.plan import Planned
from cimento.followup.protocol import Protocol
from cimento.sms.numbers import NumberRefused, international
from cimento.store.database import Database
from cimento.store.vault import conversation_id

_ACTOR = "HTTP API"  # in the audit trail: its token is one for all
_Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


def _field(example: str, what: str, default: Any = ...) -> Any:
    return Field(default, max_length=200, example=example, description=what)


class EnrolmentBody(BaseModel):
    """Who is followed up, and from when. Dates: ISO 8601, of Paris when without offset."""

    number: str = _field("06 12 34 56 78", "A French mobile, mainland or overseas")
    discharge: str = _field("2027-03-12T16:00", "When the patient leaves the hospital")
    act: str = _field("2027-03-12T08:30", "When the act is, if it is to come", "")
    consent_by: str = _field("Mme Durand", "Who recorded the patient's consent")
    consent_at: str = _field("2027-03-10T11:00", "When it was given")
    ward_reference: str = _field("K7-0312", "What the ward calls the stay; no SMS says it", "")


class NumberBody(BaseModel):
    """Whom it is about."""

    number: str = _field("06 12 34 56 78", "The number that wrote, or is followed up")


class ForgetBody(NumberBody):
    """Whom to erase."""

    even_open: bool = Field(False, example=False, description="Erase unread alerts as well")


class NameBody(BaseModel):
    """Who does it."""

    by: str = _field("Mme Durand", "Who takes care of it")


class DatesBody(NameBody):
    """Other dates of a follow-up. ISO 8601, of Paris when without offset."""

    discharge: str = _field("2027-03-12T16:00", "When the patient leaves the hospital")
    act: str = _field("2027-03-12T08:30", "When the act is; as before, when left out", "")


class DeliveryView(BaseModel):
    """Where one SMS of a follow-up stands."""

    step: str
    state: str
    reason: str | None
    next_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    outcome: str | None


class EscapedJSON(JSONResponse):
    """JSON in ASCII: what a patient wrote commands no terminal, and half an emoji is no error."""

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return json.dumps(content, allow_nan=False).encode()


def _ascii(text: object) -> str:
    """Return `text` so that it can be sent back whatever it held."""
    return str(text).encode("ascii", "backslashreplace").decode()[:200]


def _refuse(status: int, reason: str) -> HTTPException:
    return HTTPException(status, reason)


def make_api(
    database: Database,
    conversations: erasure.Conversations,
    protocol: Protocol,
    token: str,
    clock: Clock = utc_now,
) -> FastAPI:
    """Return the API over `database`, opened by the bearer `token`."""
    bearer = HTTPBearer(auto_error=False)

    def authenticate(given: HTTPAuthorizationCredentials | None = Depends(bearer)) -> None:  # noqa: B008
        if not given or not hmac.compare_digest(given.credentials.encode(), token.encode()):
            raise HTTPException(
                401, "A bearer token is needed.", headers={"WWW-Authenticate": "Bearer"}
            )

    api = FastAPI(
        title="Cimento follow-ups", version="1", docs_url=None, redoc_url=None,
        default_response_class=EscapedJSON,
        description="Enrol patients, read and acknowledge alerts, give or erase what is held.",
    )  # fmt: skip
    protected = [Depends(authenticate)]

    api.add_middleware(Gate)
    page = lru_cache(maxsize=1)(lambda: api_page(api.openapi()))

    @api.get("/docs", include_in_schema=False)
    def describe() -> HTMLResponse:
        return HTMLResponse(page())

    @api.exception_handler(RequestValidationError)
    async def refuse_form(request: Request, error: RequestValidationError) -> JSONResponse:
        # Without the values: they may be a patient's.
        problems = [
            {"field": _ascii(".".join(map(str, e["loc"]))), "problem": _ascii(e["msg"])}
            for e in error.errors()
        ]
        return JSONResponse({"detail": problems}, 422)

    @api.exception_handler(NumberRefused)
    async def refuse_number(request: Request, error: NumberRefused) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 422)

    @api.exception_handler(enrolment.EnrolmentRefused)
    async def refuse_enrolment(request: Request, error: enrolment.EnrolmentRefused) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 422)

    @api.exception_handler(changes.NoSuchFollowUp)
    async def say_unknown(request: Request, error: changes.NoSuchFollowUp) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 404)

    @api.exception_handler(erasure.ErasureRefused)
    async def refuse_erasure(request: Request, error: erasure.ErasureRefused) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 409)

    @api.exception_handler(sa.exc.OperationalError)
    async def say_unavailable(request: Request, error: sa.exc.OperationalError) -> JSONResponse:
        return JSONResponse({"detail": "The database cannot be reached: try again."}, 503)

    @api.get("/health")
    def health() -> dict[str, str]:
        """Say whether the API runs. Needs no token."""
        return {"status": "ok"}

    @api.get("/status", dependencies=protected)
    def status() -> dict[str, Any]:
        """Count the SMS by state; say how long the oldest due one has waited."""
        late = lateness(database, clock())
        return {"deliveries": counts(database), "oldest_waits_seconds": int(late.total_seconds())}

    @api.post("/enrolments", status_code=201, dependencies=protected)
    def enrol(body: EnrolmentBody, response: Response) -> dict[str, Any]:
        """Enrol a patient (201), or correct the follow-up they have (200)."""
        request = enrolment.Request(**body.dict())
        enrolled = enrolment.enrol(database, protocol, request, clock())
        if enrolled.merged:
            response.status_code = 200
        return asdict(enrolled)

    @api.get("/enrolments/{id}", dependencies=protected)
    def read_enrolment(id: _Id) -> list[DeliveryView]:
        """Say where each SMS of a follow-up stands."""
        query = sa.select(Delivery).where(Delivery.enrolment_id == id).order_by(Delivery.next_at)
        with database.begin() as session:
            if session.get(Enrolment, id) is None:
                raise _refuse(404, "No such enrolment.")
            names = DeliveryView.__fields__
            return [
                DeliveryView(**{name: getattr(row, name) for name in names})
                for row in session.execute(query).scalars()
            ]

    @api.post("/enrolments/{id}/cancel", dependencies=protected)
    def cancel(id: _Id, body: NameBody) -> list[Planned]:
        """Send nothing more of a follow-up; return its plan, what is dropped included."""
        return changes.cancel(database, id, body.by, clock())

    @api.post("/enrolments/{id}/pause", dependencies=protected)
    def pause(id: _Id, body: NameBody) -> list[Planned]:
        """Send nothing of a follow-up until it is resumed; return its plan."""
        return changes.pause(database, id, body.by, clock())

    @api.post("/enrolments/{id}/resume", dependencies=protected)
    def resume(id: _Id, body: NameBody) -> list[Planned]:
        """Send again what is still to come of a follow-up; return its plan."""
        return changes.resume(database, id, body.by, clock())

    @api.post("/enrolments/{id}/move", dependencies=protected)
    def move(id: _Id, body: DatesBody) -> list[Planned]:
        """Give a follow-up other dates; return its new plan, what is dropped included."""
        return changes.move(database, protocol, id, body.discharge, body.act, body.by, clock())

    @api.get("/alerts", dependencies=protected)
    def read_alerts(
        everything: Annotated[
            bool, Query(alias="all", description="Acknowledged ones too")
        ] = False,
    ) -> list[dict[str, Any]]:
        """Return the alerts that nobody has acknowledged, oldest first, with the number to
        call and the patient's own words."""
        found = alerts.read_by(database, _ACTOR, clock(), everything)
        return [asdict(alert) for alert in found]

    @api.post("/alerts/{id}/acknowledge", status_code=204, dependencies=protected)
    def acknowledge(id: _Id, body: NameBody) -> None:
        """Take care of an alert, by name. The first name stays."""
        by = enrolment.check_name(body.by)
        if not alerts.acknowledge(database, id, by, clock()):
            raise _refuse(404, "No such alert.")

    @api.post("/export", dependencies=protected)
    def export(body: NumberBody) -> dict[str, Any]:
        """Return everything held about a number."""
        audit.note(database, _ACTOR, "export", conversation_id(international(body.number)), clock())
        return erasure.export(database, conversations, protocol, body.number)

    @api.post("/forget", dependencies=protected)
    def forget(body: ForgetBody) -> dict[str, bool]:
        """Erase everything held about a number, its conversation included. Refused (409) while an
        alert about it is open, unless `even_open`, which the audit trail says."""
        who = (body.number, _ACTOR, clock(), body.even_open)
        return {"erased": erasure.forget(database, conversations, *who)}

    return api
