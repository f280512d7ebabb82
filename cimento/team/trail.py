"""Journal: who did what, and who has an account; for those who keep the machine."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from cimento.followup import audit
from cimento.team import accounts
from cimento.team.context import Team
from cimento.team.pages import page
from cimento.team.roles import Permission, Role
from cimento.team.sessions import Visitor
from cimento.team.words import ACTIONS

PATH = "/equipe/journal"
_SHOWN = 300


def add(router: APIRouter, team: Team) -> None:
    """Add the page."""
    access, database, clock = team.access, team.database, team.clock

    @router.get("/journal")
    def show(visitor: Annotated[Visitor, Depends(access.may(Permission.TRAIL))]) -> Response:
        content = {
            "entries": audit.last(database, _SHOWN),
            "actions": ACTIONS,
            "accounts": [(one, Role(one.role)) for one in accounts.read(database)],
            "by_directory": team.directory is not None,
            "most": _SHOWN,
        }
        return page("trail.html", visitor, clock(), path=PATH, content=content)
