"""Patients: who is followed up, and one patient's past and to come; pause, resume, move, stop."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import RedirectResponse, Response

from cimento.followup import audit, changes, patient, thread
from cimento.followup.changes import NoSuchFollowUp
from cimento.followup.enrolment import EnrolmentRefused
from cimento.followup.patient import File
from cimento.sms.numbers import NumberRefused
from cimento.team import timeline
from cimento.team.access import PageRefused, Posted
from cimento.team.context import Team
from cimento.team.pages import page
from cimento.team.roles import Permission
from cimento.team.sessions import Visitor
from cimento.team.words import WHY

PATH = "/equipe/patients"
_SHOWN = 100
_Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_DONE = {
    "inscrit": "Le patient est inscrit.",
    "corrige": "Le suivi existait : il est corrigé.",
    "pause": "Le suivi est en pause : aucun SMS ne part.",
    "reprise": "Le suivi reprend.",
    "deplace": "Les dates sont changées.",
    "arrete": "Le suivi est arrêté : plus aucun SMS ne part.",
    "numero": "Le numéro est changé.",
}


def add(router: APIRouter, team: Team) -> None:
    """Add the list, a patient's page, and what is changed there."""
    access, database, protocol, clock = team.access, team.database, team.protocol, team.clock
    MaySee = Annotated[Visitor, Depends(access.may(Permission.SEE))]
    MayCare = Annotated[Posted, Depends(access.posts(Permission.CARE))]

    def _list(visitor: Visitor, asked: str) -> Response:
        found = patient.search(database, asked, _SHOWN)
        return page(
            "patients.html", visitor, clock(), path=PATH, found=found, asked=asked, most=_SHOWN
        )

    @router.get("/patients")
    def list_all(visitor: MaySee) -> Response:
        return _list(visitor, "")

    # In a body: addresses end up in logs, and what is looked for may be a number.
    @router.post("/patients")
    def search(posted: Annotated[Posted, Depends(access.posts(Permission.SEE))]) -> Response:
        return _list(posted.visitor, posted.text("q")[:60])

    @router.get("/patients/{id}")
    def show(visitor: MaySee, id: _Id, fait: str = "") -> Response:
        return _show(visitor, id, _DONE.get(fait, ""))

    def _show(visitor: Visitor, id_: int, done: str = "", refusal: str = "") -> Response:
        try:
            file = patient.read(database, protocol, id_)
        except NoSuchFollowUp:
            raise PageRefused(
                404, "Suivi introuvable", f"Il n'y a pas de suivi n° {id_}."
            ) from None
        audit.note(database, visitor.name, "read", changes.about(id_), clock())
        return page(
            "patient.html",
            visitor,
            clock(),
            409 if refusal else 200,
            path=PATH,
            file=file,
            done=done,
            refusal=refusal,
            past=timeline.of(file, clock()),
            said=_thread(file),
            why=WHY,
        )

    def _thread(file: File) -> list[thread.Line]:
        said = thread.lines(team.conversations.read(file.conversation))
        sent = [thread.Line(False, sms.text, sms.at) for sms in file.sent if sms.left]
        return sorted([*said, *sent], key=lambda line: line.at)

    def _changed(posted: Posted, id_: int, done: str) -> Response:
        return RedirectResponse(f"{PATH}/{id_}?fait={done}", 303)

    def _why(posted: Posted) -> str:
        if posted.text("motif") not in WHY:
            raise EnrolmentRefused("Choisissez le motif.")
        return posted.text("motif")

    @router.post("/patients/{id}/{action}")
    def change(posted: MayCare, id: _Id, action: str) -> Response:
        by, now = posted.visitor.name, clock()
        try:
            if action == "pause":
                changes.pause(database, id, by, now, _why(posted))
            elif action == "reprise":
                changes.resume(database, id, by, now)
            elif action == "arrete":
                changes.cancel(database, id, by, now, _why(posted))
            elif action == "deplace":
                discharge, act = posted.text("sortie"), posted.text("acte")
                changes.move(database, protocol, id, discharge, act, by, now)
            elif action == "numero":
                changes.renumber(database, protocol, id, posted.text("numero"), by, now)
            else:
                raise PageRefused(404, "Page introuvable", "Cette adresse ne mène à rien.")
        except NoSuchFollowUp:
            raise PageRefused(404, "Suivi introuvable", f"Il n'y a pas de suivi n° {id}.") from None
        except (EnrolmentRefused, NumberRefused) as error:
            return _show(posted.visitor, id, refusal=str(error))
        return _changed(posted, id, action)
