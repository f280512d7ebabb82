"""Log in by the hospital's directory: leave for it, come back from it, and leave it after."""

import json
import threading
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from cimento.followup.models import Audit
from cimento.store.database import Database
from cimento.store.vault import VaultError, decrypt, encrypt
from cimento.team import sessions
from cimento.team.access import PageRefused
from cimento.team.attempts import Attempts
from cimento.team.claims import Person
from cimento.team.context import Team
from cimento.team.directory import Attempt, Directory, not_believed
from cimento.team.pages import page
from cimento.team.targets import target

# Lax: the directory's page sends the browser back, which a Strict cookie would not come with.
COOKIE = "__Host-equipe-arrivee"
_PURPOSE = "team login attempts"
_LASTS = timedelta(minutes=10)  # from leaving for the directory to coming back
_LONGEST_NAME = 100  # characters, in the audit trail


class _Used:
    """The logins that have come back, in memory: none comes back twice."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def first_use(self, state: str, at: datetime) -> bool:
        """Return whether this login comes back for the first time."""
        with self._lock:
            self._until = {state: until for state, until in self._until.items() if at < until}
            new = state not in self._until
            self._until[state] = at + _LASTS
            return new


class IdTokens:
    """What logs people out of the directory, in memory: after a restart it asks them first."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def keep(self, session: str, id_token: str, at: datetime) -> None:
        """Keep what belongs to a session (its `csrf`, a keyed hash) as long as that may last."""
        with self._lock:
            self._kept = {
                key: kept for key, kept in self._kept.items() if at - kept[1] < sessions.LONGEST
            }
            self._kept[session] = (id_token, at)

    def take(self, session: str) -> str | None:
        """Return what belongs to a session, None when there is nothing; it is kept no more."""
        with self._lock:
            return self._kept.pop(session, (None, None))[0]


def add(router: APIRouter, team: Team, directory: Directory, tokens: IdTokens) -> None:
    """Add the routes of leaving for the directory and of coming back."""
    clock, attempts, used = team.clock, Attempts(), _Used()

    @router.get("/connexion")
    def ask(vers: str = "") -> Response:
        return page("login_oidc.html", None, clock(), back=target(vers))

    @router.get("/connexion/annuaire")
    def leave(vers: str = "") -> Response:
        _slow_down(attempts)
        attempt = directory.begin()
        kept = {**asdict(attempt), "back": target(vers), "at": clock().isoformat()}
        reply = RedirectResponse(attempt.url, 303)
        reply.set_cookie(
            COOKIE,
            encrypt(json.dumps(kept), _PURPOSE),
            max_age=int(_LASTS.total_seconds()),
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return reply

    @router.get("/connexion/retour")
    def come_back(request: Request) -> Response:
        _slow_down(attempts)
        now = clock()
        attempt, back = _begun(request.cookies.get(COOKIE, ""), now)
        if not used.first_use(attempt.state, now):
            raise not_believed()
        if request.query_params.get("error"):
            raise PageRefused(
                403,
                "La connexion n'a pas abouti",
                "L'annuaire de l'hôpital l'a refusée. Recommencez.",
            )
        person = directory.finish(str(request.url), attempt)
        name = _told_apart(team.database, person)
        token = sessions.begin(team.database, person.login, name, person.role, now)
        tokens.keep(sessions.csrf_of(token), person.id_token, now)
        # A page, no redirect: the browser would not send a Strict cookie along a way that began
        # at the directory.
        reply = page("arrive.html", None, now, target=back)
        reply.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        sessions.set_cookie(reply, token)
        return reply


def _slow_down(attempts: Attempts) -> None:
    if not attempts.allow():
        raise PageRefused(429, "Trop d'essais en ce moment", "Attendez une minute.")


def _begun(cookie: str, now: datetime) -> tuple[Attempt, str]:
    """Return the login that this browser has begun, and the page to go to after."""
    try:
        kept = json.loads(decrypt(cookie, _PURPOSE))
    except VaultError:
        raise not_believed() from None
    if not timedelta() <= now - datetime.fromisoformat(kept.pop("at")) < _LASTS:
        raise not_believed()
    back = kept.pop("back")
    return Attempt(**kept), back


def _told_apart(database: Database, person: Person) -> str:
    """Return the name that alerts and the trail show: with the user name when somebody else of
    the directory has been here under the same one. Whose alert would be whose?"""
    other = sa.select(Audit.id).where(
        Audit.actor == person.name,
        Audit.action == "log in",
        Audit.about.like(f"{sessions.OF_DIRECTORY}%"),
        Audit.about != person.login,
    )
    with database.begin() as session:
        if session.execute(other.limit(1)).first() is None:
            return person.name
    apart = f" ({person.username[: _LONGEST_NAME // 2]})"
    return person.name[: _LONGEST_NAME - len(apart)] + apart
