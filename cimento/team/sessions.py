"""Sessions: kept on the server, ended by it. The cookie holds a random token, and says nothing."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from fastapi import Response

from cimento.followup import audit
from cimento.store.database import Database
from cimento.store.vault import keyed_hash
from cimento.team.models import TeamSession
from cimento.team.roles import ALLOWED, Permission, Role

OF_DIRECTORY = "oidc:"  # begins the login of who comes by the directory, and of nobody else
COOKIE = "__Host-equipe"  # the prefix: over TLS alone, of this host alone (RFC 6265bis)
_NAMED = 8  # alerts in one entry of the trail: it has a hundred characters
IDLE, LONGEST = timedelta(minutes=15), timedelta(hours=12)


@dataclass(frozen=True)
class Visitor:
    """Who is logged in. `name` is what alerts and the audit trail show; `csrf` stands in every form
    of theirs; `token` is the cookie's."""

    login: str
    name: str
    role: Role
    csrf: str = field(repr=False)
    token: str = field(repr=False)
    troubles: tuple[str, ...] = ()  # of the alerting itself, for every page: see words.TROUBLES

    def may(self, permission: Permission) -> bool:
        """Return whether their role has this permission."""
        return permission in ALLOWED[self.role]


def begin(database: Database, login: str, name: str, role: Role, at: datetime) -> str:
    """Log somebody in; return what the cookie is to hold. Sessions that are over are erased."""
    token = secrets.token_urlsafe(32)
    over = sa.or_(TeamSession.seen_at <= at - IDLE, TeamSession.begun_at <= at - LONGEST)
    with database.begin() as session:
        session.execute(
            sa.delete(TeamSession).where(over), execution_options={"synchronize_session": False}
        )
        session.add(
            TeamSession(
                key=_key(token),
                login=login,
                name=name,
                role=role.value,
                begun_at=at,
                seen_at=at,
                read_until=0,
            )
        )
        audit.record(session, name, "log in", login, at)
    return token


def find(database: Database, token: str, at: datetime, keep: bool = True) -> Visitor | None:
    """Return who holds this token, and keep their session alive; None when it is over: after IDLE
    without a request, and after LONGEST whatever happens. Without `keep` it is not kept alive: a
    page that asks by itself is nobody at work."""
    with database.begin() as session:
        row = session.get(TeamSession, _key(token))
        if row is None or at - row.seen_at >= IDLE or at - row.begun_at >= LONGEST:
            return None
        if keep:
            row.seen_at = max(at, row.seen_at)
        return Visitor(row.login, row.name, Role(row.role), csrf_of(token), token)


def note_read(database: Database, visitor: Visitor, alerts: Collection[int], at: datetime) -> None:
    """Write down in the audit trail which alerts somebody was shown, each once a session."""
    with database.begin() as session:
        row = session.get(TeamSession, _key(visitor.token))
        if row is None:
            return
        new = sorted(id_ for id_ in alerts if id_ > row.read_until)
        for first in range(0, len(new), _NAMED):
            about = f"alerts {' '.join(map(str, new[first : first + _NAMED]))}"
            audit.record(session, visitor.name, "read", about, at)
        row.read_until = max([row.read_until, *new])


def end(database: Database, visitor: Visitor, everywhere: bool, at: datetime) -> None:
    """Log somebody out: here, or in all browsers."""
    which = (
        TeamSession.login == visitor.login if everywhere else TeamSession.key == _key(visitor.token)
    )
    with database.begin() as session:
        session.execute(
            sa.delete(TeamSession).where(which), execution_options={"synchronize_session": False}
        )
        audit.record(session, visitor.name, "log out", visitor.login, at)


def set_cookie(reply: Response, token: str) -> None:
    """Put the cookie of a session on a reply."""
    reply.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")


def csrf_of(token: str) -> str:
    """Return what the forms of a session carry: only a page of ours can know it."""
    return keyed_hash(token, "team forms")


def _key(token: str) -> str:
    return keyed_hash(token, "team sessions")
