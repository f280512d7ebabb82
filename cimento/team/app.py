"""The pages' routes, put into the follow-ups' API: one process, one port."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import OperationalError

from cimento.followup.care import CareRefused
from cimento.followup.clock import Clock, utc_now
from cimento.followup.erasure import Conversations
from cimento.followup.protocol import Protocol
from cimento.store.database import Database
from cimento.team import enrolment, figures, login, patients, protocol, todo, trail, unanswered
from cimento.team.access import Access, LoginNeeded, PageRefused
from cimento.team.context import Team
from cimento.team.directory import Directory
from cimento.team.pages import HERE, page
from cimento.team.targets import comes_from_elsewhere, login_address

PREFIX = "/equipe"
STATIC = {
    "team.css": "text/css; charset=utf-8",
    "team.js": "text/javascript; charset=utf-8",
}


def make_router(team: Team) -> APIRouter:
    """Return all the routes of the pages."""
    router = APIRouter(prefix=PREFIX, include_in_schema=False)
    for add in ROOMS:
        add(router, team)

    @router.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC:
            raise PageRefused(404, "Page introuvable", "Cette adresse ne mène à rien.")
        cached = {"Cache-Control": "max-age=3600"}
        return FileResponse(HERE / "static" / name, media_type=STATIC[name], headers=cached)

    return router


ROOMS: tuple[Callable[[APIRouter, Team], None], ...] = (
    login.add,
    todo.add,
    patients.add,
    enrolment.add,
    figures.add,
    unanswered.add,
    protocol.add,
    trail.add,
)


def add_team(
    api: FastAPI,
    database: Database,
    conversations: Conversations,
    protocol: Protocol,
    clock: Clock = utc_now,
    directory: Directory | None = None,
) -> None:
    """Put the pages into `api`, under PREFIX. `directory`: by which the team logs in; None: by
    accounts of this installation."""
    access = Access(database, clock, by_directory=directory is not None)
    team = Team(database, conversations, protocol, clock, access, directory)
    api.include_router(make_router(team))

    @api.exception_handler(LoginNeeded)
    def ask_to_log_in(request: Request, error: LoginNeeded) -> Response:
        if comes_from_elsewhere(request):
            return page("arrive.html", None, clock(), target=error.back)
        return RedirectResponse(login_address(error.back), 303)

    @api.exception_handler(PageRefused)
    def say_refused(request: Request, error: PageRefused) -> Response:
        found = access.visitor(request)
        said = {"title": error.title, "text": error.text}
        return page("refused.html", found, clock(), error.status, **said)

    @api.exception_handler(404)
    def say_not_found(request: Request, error: HTTPException) -> Response:
        if not request.url.path.startswith(f"{PREFIX}/"):
            return JSONResponse({"detail": error.detail}, 404)
        found = access.visitor(request)
        said = {"title": "Page introuvable", "text": "Cette adresse ne mène à rien."}
        return page("refused.html", found, clock(), 404, **said)

    for_programs: Any = api.exception_handlers[OperationalError]

    @api.exception_handler(OperationalError)
    async def say_unavailable(request: Request, error: OperationalError) -> Response:
        if not request.url.path.startswith(f"{PREFIX}/"):
            answer: Response = await for_programs(request, error)
            return answer
        title = "La base de données ne répond pas"
        text = "Rien n'a été changé. Réessayez dans une minute, ou prévenez l'informatique."
        return page("refused.html", None, clock(), 503, title=title, text=text)

    @api.exception_handler(CareRefused)
    def say_who_was_first(request: Request, error: CareRefused) -> Response:
        found = access.visitor(request)
        said = {"title": "Rien n'a été changé", "text": str(error)}
        return page("refused.html", found, clock(), 409, **said)
