"""Log in, by accounts of this installation or by the hospital's directory; log out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from cimento.team import accounts, directory_login, sessions
from cimento.team.access import Posted, read_form, refuse_other_sites
from cimento.team.attempts import Attempts
from cimento.team.context import Team
from cimento.team.directory_login import IdTokens
from cimento.team.pages import page
from cimento.team.roles import Permission, Role
from cimento.team.sessions import Visitor
from cimento.team.targets import target


def add(router: APIRouter, team: Team) -> None:
    """Add the routes of logging in and out, and the door."""
    access, directory, tokens = team.access, team.directory, IdTokens()
    if directory:
        directory_login.add(router, team, directory, tokens)
    else:
        _add_passwords(router, team)

    @router.get("/")
    def door(visitor: Annotated[Visitor, Depends(access.may(None))]) -> Response:
        first = "a-faire" if visitor.may(Permission.SEE) else "chiffres"
        return RedirectResponse(f"/equipe/{first}", 303)

    @router.post("/deconnexion")
    def log_out(posted: Annotated[Posted, Depends(access.posts(None))]) -> Response:
        everywhere = posted.text("partout") == "oui"
        sessions.end(team.database, posted.visitor, everywhere, team.clock())
        after = directory and directory.log_out_url(tokens.take(posted.visitor.csrf))
        # A page, no redirect: a form of ours may lead nowhere else (form-action 'self').
        reply = (
            page("arrive.html", None, team.clock(), target=after)
            if after
            else RedirectResponse("/equipe/connexion", 303)
        )
        reply.delete_cookie(sessions.COOKIE, secure=True, httponly=True, samesite="strict")
        return reply


def _add_passwords(router: APIRouter, team: Team) -> None:
    clock, attempts = team.clock, Attempts()

    @router.get("/connexion")
    def ask(vers: str = "") -> Response:
        return page("login.html", None, clock(), back=target(vers), refusal="", login="")

    @router.post("/connexion")
    async def log_in(request: Request) -> Response:
        refuse_other_sites(request)
        form = await read_form(request, files=0, fields=10)
        given = {name: str(form.get(name, "")) for name in ("identifiant", "mot_de_passe", "vers")}
        return await run_in_threadpool(_answer, given)

    def _answer(given: dict[str, str]) -> Response:
        login, back = given["identifiant"].strip().lower()[:50], target(given["vers"])
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
        sessions.set_cookie(reply, token)
        return reply
