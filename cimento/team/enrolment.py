"""Inscrire: one patient by a form that shows first what will be sent; many from a file."""

import csv
import io
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from cimento.followup import audit, batch, changes, enrolment
from cimento.followup.batch import COLUMNS, FRENCH, Reported
from cimento.followup.enrolment import EnrolmentRefused, Request
from cimento.team.access import PageRefused, Posted
from cimento.team.context import Team
from cimento.team.pages import page
from cimento.team.roles import Permission
from cimento.team.sessions import Visitor

PATH = "/equipe/inscrire"


def add(router: APIRouter, team: Team) -> None:
    """Add the form, what it leads to, and the import of a file."""
    access, database, protocol, clock = team.access, team.database, team.protocol, team.clock
    MayEnrol = Annotated[Posted, Depends(access.posts(Permission.ENROL))]

    def form(visitor: Visitor, given: dict[str, str], error: EnrolmentRefused | None) -> Response:
        fields = error.fields if error else {}
        whole = str(error) if error and not fields else ""  # what is about no field in particular
        content = {"given": given, "fields": fields, "refusal": whole, "columns": FRENCH.values()}
        return page(
            "enrol.html", visitor, clock(), 409 if error else 200, path=PATH, content=content
        )

    @router.get("/inscrire")
    def ask(visitor: Annotated[Visitor, Depends(access.may(Permission.ENROL))]) -> Response:
        return form(visitor, dict.fromkeys(COLUMNS, "") | {"consent_by": visitor.name}, None)

    @router.post("/inscrire")
    def correct(posted: MayEnrol) -> Response:
        return form(posted.visitor, _given(posted), None)

    @router.post("/inscrire/voir")
    def preview(posted: MayEnrol) -> Response:
        given = _given(posted)
        try:
            seen = enrolment.preview(database, protocol, Request(**given), clock())
        except EnrolmentRefused as error:
            return form(posted.visitor, given, error)
        steps = [(protocol.step(sms.step).title, sms, protocol.text(sms.step)) for sms in seen.plan]
        content = {"given": given, "seen": seen, "steps": steps}
        return page("preview.html", posted.visitor, clock(), path=PATH, content=content)

    @router.post("/inscrire/confirmer")
    def confirm(posted: MayEnrol) -> Response:
        given, by, now = _given(posted), posted.visitor.name, clock()
        try:
            made = enrolment.enrol(database, protocol, Request(**given), now)
        except EnrolmentRefused as error:
            return form(posted.visitor, given, error)
        audit.note(database, by, "enrol", changes.about(made.id), now)
        done = "corrige" if made.merged else "inscrit"
        return RedirectResponse(f"/equipe/patients/{made.id}?fait={done}", 303)

    @router.post("/inscrire/fichier")
    async def receive(
        posted: Annotated[Posted, Depends(access.posts(Permission.IMPORT))],
    ) -> Response:
        file = posted.file("fichier")
        if file is None:
            raise PageRefused(409, "Aucun fichier", "Choisissez d'abord un fichier CSV.")
        return await run_in_threadpool(_import, posted.visitor, await file.read())

    def _import(visitor: Visitor, content: bytes) -> Response:
        now, report, refusal = clock(), [], ""
        audit.note(database, visitor.name, "import", "enrolments from a file", now)
        try:
            for reported in batch.import_csv(database, protocol, content, now):
                report.append(reported)
        except EnrolmentRefused as error:
            refusal = str(error)  # the lines before are enrolled, and told
        refused = [reported for reported in report if not reported.accepted]
        content_ = {
            "report": report,
            "refused": refused,
            "refusal": refusal,
            "file": f"data:text/csv;charset=utf-8,{quote(refused_lines(refused))}",
        }
        return page("imported.html", visitor, now, path=PATH, content=content_)


def _given(posted: Posted) -> dict[str, str]:
    return {name: posted.text(name)[:200] for name in COLUMNS}


def refused_lines(refused: Iterable[Reported]) -> str:
    """Return a CSV file of the refused lines, with the reasons, to be corrected and sent again. No
    cell begins as a formula does, which a spreadsheet would run."""
    output = io.StringIO()
    writer = csv.writer(output, delimiter=";")
    writer.writerow([*(FRENCH[name] for name in COLUMNS), "motif"])
    for reported in refused:
        cells = [*(reported.row[name] for name in COLUMNS), reported.outcome]
        writer.writerow([f"'{cell}" if cell[:1] in "=@-\t\r" and cell else cell for cell in cells])
    return "\ufeff" + output.getvalue()
