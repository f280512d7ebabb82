"""Log in, log out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool

from cimento.team import accounts, sessions
from cimento.team.access import Posted, refuse_other_sites
from cimento.team.context import Team
from cimento.team.pages import page
from cimento.team.roles import Permission, Role
from cimento.team.sessions import Visitor

_HOME = "/equipe/"
_ATTEMPTS = RateLimitItemPerMinute(30)  # of all together: a password takes some 50 ms of a core


def address(back: str) -> str:
    """Return the address of the login that leads to the page `back` after."""
    return f"/equipe/connexion?vers={back}" if back.startswith("/equipe/") else "/equipe/connexion"


def comes_from_elsewhere(request: Request) -> bool:
    """Return whether a link of another site, a webmail's mostly, has led here: the browser keeps
    the cookie back (SameSite=Strict) until a page of ours asks."""
    return request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site"


def _target(back: str) -> str:
    # A page of ours, and nothing that a browser would take for another host.
    return back if back.startswith("/equipe/") and "\\" not in back else _HOME


class _Attempts:
    """Counts those who try to log in, in memory."""

    def __init__(self) -> None:
        self._counts = MemoryStorage()  # the limiter itself holds it by a weak reference
        self._limiter = MovingWindowRateLimiter(self._counts)

    def allow(self) -> bool:
        return bool(self._limiter.hit(_ATTEMPTS))


def add(router: APIRouter, team: Team) -> None:
    """Add the routes of logging in and out, and the door."""
    access, clock = team.access, team.clock
    attempts = _Attempts()

    @router.get("/")
    def door(visitor: Annotated[Visitor, Depends(access.may(None))]) -> Response:
        first = "a-faire" if visitor.may(Permission.SEE) else "chiffres"
        return RedirectResponse(f"/equipe/{first}", 303)

    @router.get("/connexion")
    def ask(vers: str = "") -> Response:
        return page("login.html", None, clock(), back=_target(vers), refusal="", login="")

    @router.post("/connexion")
    async def log_in(request: Request) -> Response:
        refuse_other_sites(request)
        form = await request.form(max_files=0, max_fields=10)
        given = {name: str(form.get(name, "")) for name in ("identifiant", "mot_de_passe", "vers")}
        return await run_in_threadpool(_answer, given)

    def _answer(given: dict[str, str]) -> Response:
        login, back = given["identifiant"].strip().lower()[:50], _target(given["vers"])
        if not attempts.allow():
            refusal = "Trop d'essais en ce moment. Attendez une minute."
            return page("login.html", None, clock(), 429, back=back, refusal=refusal, login=login)
        account = accounts.check(team.database, login, given["mot_de_passe"], clock())
        if account is None:
            refusal = (
                "Identifiant ou mot de passe inconnu. Après cinq erreurs, le compte se ferme "
                "dix minutes."
            )
            return page("login.html", None, clock(), 401, back=back, refusal=refusal, login=login)
        role = Role(account.role)
        token = sessions.begin(team.database, account.login, account.name, role, clock())
        reply = RedirectResponse(back, 303)
        reply.set_cookie(
            sessions.COOKIE, token, path="/", secure=True, httponly=True, samesite="strict"
        )
        return reply

    @router.post("/deconnexion")
    def log_out(posted: Annotated[Posted, Depends(access.posts(None))]) -> Response:
        everywhere = posted.text("partout") == "oui"
        sessions.end(team.database, posted.visitor, everywhere, clock())
        reply = RedirectResponse("/equipe/connexion", 303)
        reply.delete_cookie(sessions.COOKIE, secure=True, httponly=True, samesite="strict")
        return reply
