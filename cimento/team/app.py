"""The pages' routes, put into the follow-ups' API: one process, one port."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, RedirectResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from cimento.followup.care import CareRefused
from cimento.followup.clock import Clock, utc_now
from cimento.followup.erasure import Conversations
from cimento.followup.protocol import Protocol
from cimento.store.database import Database
from cimento.team import enrolment, figures, login, patients, protocol, todo, trail, unanswered
from cimento.team.access import UNREADABLE, Access, LoginNeeded, PageRefused
from cimento.team.context import Team
from cimento.team.directory import Directory
from cimento.team.pages import HERE, page
from cimento.team.targets import comes_from_elsewhere, login_address

PREFIX = "/equipe"
# What is said of a request that no page can make anything of, by the status of HTTP.
_NOWHERE = {
    400: UNREADABLE,
    404: ("Page introuvable", "Cette adresse ne mène à rien."),
    405: ("Page introuvable", "Cette adresse ne s'ouvre pas ainsi. Rien n'a été fait."),
}
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
            raise PageRefused(404, *_NOWHERE[404])
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

    @api.exception_handler(HTTPException)
    async def say_not_served(request: Request, error: HTTPException) -> Response:
        if not _is_of_a_page(request):
            return await http_exception_handler(request, error)
        return await run_in_threadpool(_nowhere, request, error.status_code)

    _for_programs = dict(api.exception_handlers)

    @api.exception_handler(RequestValidationError)
    async def say_malformed(request: Request, error: RequestValidationError) -> Response:
        if not _is_of_a_page(request):
            return await _as_before(request, error)
        return await run_in_threadpool(_nowhere, request, 404)

    @api.exception_handler(OperationalError)
    async def say_unavailable(request: Request, error: OperationalError) -> Response:
        if not _is_of_a_page(request):
            return await _as_before(request, error)
        title = "La base de données ne répond pas"
        text = "Rien n'a été changé. Réessayez dans une minute, ou prévenez l'informatique."
        return page("refused.html", None, clock(), 503, title=title, text=text)

    async def _as_before(request: Request, error: Exception) -> Response:
        answer: Response = await _for_programs[type(error)](request, error)
        return answer

    def _nowhere(request: Request, status: int) -> Response:
        title, text = _NOWHERE.get(status, _NOWHERE[400])
        return page(
            "refused.html", access.visitor(request), clock(), status, title=title, text=text
        )

    @api.exception_handler(CareRefused)
    def say_who_was_first(request: Request, error: CareRefused) -> Response:
        found = access.visitor(request)
        said = {"title": "Rien n'a été changé", "text": str(error)}
        return page("refused.html", found, clock(), 409, **said)


def _is_of_a_page(request: Request) -> bool:
    return request.url.path.startswith(f"{PREFIX}/")
