"""What each request passes first: who asks, whether their role may, whether a page of ours sent it.

A route says what it needs: `Depends(access.may(Permission.SEE))` for a page, `access.posts(…)` for
a form. What is refused becomes a page (see app): LoginNeeded the login, PageRefused its message.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

from fastapi import Request
from python_multipart.exceptions import FormParserError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from cimento.followup import on_call
from cimento.followup.clock import Clock
from cimento.store.database import Database
from cimento.store.heartbeat import TICK, last_beat
from cimento.team import sessions
from cimento.team.roles import Permission
from cimento.team.sessions import Visitor

_STOPPED = timedelta(minutes=5)  # without a tick, which comes every minute
UNREADABLE = (
    "Demande illisible",
    "Rien n'a été fait. Revenez en arrière, rechargez la page et recommencez.",
)


class LoginNeeded(Exception):
    """Nobody is logged in, or no more. `back`: the page to go to after."""

    def __init__(self, back: str) -> None:
        self.back = back


class PageRefused(Exception):
    """Something cannot be shown or done; the message says why, in French."""

    def __init__(self, status: int, title: str, text: str) -> None:
        self.status, self.title, self.text = status, title, text


@dataclass(frozen=True)
class Posted:
    """A form that somebody may send, with what is in it."""

    visitor: Visitor
    form: FormData

    def text(self, name: str) -> str:
        """Return a field, "" when it is missing, or a file."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def file(self, name: str) -> UploadFile | None:
        """Return a file that was chosen, None when none was."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def numbers(self, name: str) -> list[int]:
        """Return a field that was given several times, of whole numbers; others are left out."""
        texts = [value for value in self.form.getlist(name) if isinstance(value, str)]
        return [int(text) for text in texts if text.isdecimal() and len(text) < 10]


class Access:
    """Who may in, by the sessions of `database` at the present of `clock`: those that were begun in
    the way that is in force, `by_directory` or by accounts of this installation."""

    def __init__(self, database: Database, clock: Clock, by_directory: bool = False) -> None:
        self._database = database
        self._clock = clock
        self._by_directory = by_directory

    def visitor(self, request: Request, keep: bool = True) -> Visitor | None:
        """Return who is logged in, None when nobody is; `keep`: see sessions.find."""
        token = request.cookies.get(sessions.COOKIE, "")
        found = sessions.find(self._database, token, self._clock(), keep) if token else None
        if found and found.login.startswith(sessions.OF_DIRECTORY) is not self._by_directory:
            return None
        return found

    def may(self, permission: Permission | None, keep: bool = True) -> Callable[[Request], Visitor]:
        """Return what lets in those who have `permission` (None: anybody who is logged in)."""

        def enter(request: Request) -> Visitor:
            visitor = self.visitor(request, keep)
            if visitor is None:
                raise LoginNeeded(_back(request))
            if permission and not visitor.may(permission):
                raise PageRefused(
                    403,
                    "Votre rôle ne permet pas cela",
                    "Demandez à la personne qui gère les comptes, si vous en avez besoin.",
                )
            return replace(visitor, troubles=self._troubles())

        return enter

    def _troubles(self) -> tuple[str, ...]:
        """Return what is wrong with the alerting itself."""
        now = self._clock()
        ticked = last_beat(self._database.engine, TICK)
        stopped = ticked is not None and now - ticked > _STOPPED
        return (*(["worker"] if stopped else []), *on_call.troubles(self._database, now))

    def posts(self, permission: Permission | None) -> Callable[[Request], Awaitable[Posted]]:
        """Return what lets in a form of ours, sent by somebody who has `permission`."""
        enter = self.may(permission)

        async def receive(request: Request) -> Posted:
            refuse_other_sites(request)
            visitor = await run_in_threadpool(enter, request)
            form = await read_form(request, files=1, fields=1000)
            given = form.get("csrf", "")
            if not isinstance(given, str) or not hmac.compare_digest(
                given.encode(), visitor.csrf.encode()
            ):
                raise PageRefused(
                    403,
                    "Cette page a vieilli",
                    "Rien n'a été fait. Revenez en arrière, rechargez la page et recommencez.",
                )
            return Posted(visitor, form)

        return receive


async def read_form(request: Request, files: int, fields: int) -> FormData:
    """Return a form of at most so many files and fields. Raises PageRefused when it is none."""
    try:
        return await request.form(max_files=files, max_fields=fields)
    except (FormParserError, HTTPException):
        raise PageRefused(400, *UNREADABLE) from None


def refuse_other_sites(request: Request) -> None:
    """Raise PageRefused when a browser says that a page of another site sends this."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise PageRefused(403, "Demande refusée", "Elle vient d'une autre page que celles-ci.")


def _back(request: Request) -> str:
    """Return where to go after the login: a page that was asked for, not an action."""
    if request.method != "GET":
        return ""
    query = request.url.query
    return quote(request.url.path + (f"?{query}" if query else ""), safe="/?=&")
