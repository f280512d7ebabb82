"""À faire: who needs a call. Take, hand over, close, reopen."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, RedirectResponse, Response

from cimento.followup import board, care
from cimento.followup.care import CareRefused
from cimento.followup.models import Closing
from cimento.team import sessions
from cimento.team.access import Posted
from cimento.team.context import Team
from cimento.team.pages import page
from cimento.team.roles import Permission
from cimento.team.sessions import Visitor

PATH = "/equipe/a-faire"
_SHOWN = 50  # patients on the page; the others follow when these are done
_CLOSED_FOR, _CLOSED_SHOWN = timedelta(hours=24), 30
# What is said after an action, by the word that the address then holds.
_DONE = {
    "pris": "C'est noté : vous vous en occupez.",
    "releve": "C'est noté : vos collègues voient votre note.",
    "clos": "C'est noté : l'alerte est close.",
    "rouvert": "L'alerte est de nouveau à prendre.",
}


def add(router: APIRouter, team: Team) -> None:
    """Add the page, and what is done on it."""
    access, database, clock = team.access, team.database, team.clock
    MayCare = Annotated[Posted, Depends(access.posts(Permission.CARE))]

    @router.get("/a-faire")
    def show(
        visitor: Annotated[Visitor, Depends(access.may(Permission.SEE))], fait: str = ""
    ) -> Response:
        state, _ = board.state(database)  # first: what comes meanwhile is new
        now = clock()
        cards, count = board.open_cards(database, _SHOWN)
        closed = board.recently_closed(database, now - _CLOSED_FOR, _CLOSED_SHOWN)
        read = [id_ for card in cards for id_ in card.ids]
        sessions.note_read(database, visitor, [*read, *(alert.id for alert in closed)], now)
        mine = [card for card in cards if card.taken and card.taken.taken_by == visitor.name]
        return page(
            "todo.html",
            visitor,
            now,
            path=PATH,
            done=_DONE.get(fait, ""),
            free=[card for card in cards if not card.taken],
            mine=mine,
            others=[card for card in cards if card.taken and card not in mine],
            closed=closed,
            more=count - len(cards),
            longest_note=care.LONGEST_NOTE,
            state=state,
        )

    @router.get("/a-faire/etat")
    def tell_state(
        _: Annotated[Visitor, Depends(access.may(Permission.SEE, keep=False))],
    ) -> Response:
        state, waiting = board.state(database)
        return JSONResponse({"state": state, "waiting": waiting})

    @router.post("/a-faire/prendre")
    def take(posted: MayCare) -> Response:
        by, over = posted.visitor.name, posted.text("a_la_place_de")
        ids = posted.numbers("alerte")
        care.take(database, ids, by, clock(), over)
        return _back("pris", f"#alerte-{ids[0]}")

    @router.post("/a-faire/relever")
    def hand_over(posted: MayCare) -> Response:
        ids, note = posted.numbers("alerte"), posted.text("note")
        care.hand_over(database, ids, posted.visitor.name, note, clock())
        return _back("releve")

    @router.post("/a-faire/clore")
    def close(posted: MayCare) -> Response:
        try:
            outcome = Closing(posted.text("issue"))
        except ValueError:
            raise CareRefused("Choisissez d'abord ce qui a été fait.") from None
        ids, note = posted.numbers("alerte"), posted.text("note")
        care.close(database, ids, posted.visitor.name, outcome, note, clock())
        return _back("clos")

    @router.post("/a-faire/rouvrir")
    def reopen(posted: MayCare) -> Response:
        care.reopen(database, posted.numbers("alerte"), posted.visitor.name, clock())
        return _back("rouvert")


def _back(done: str, where: str = "") -> Response:
    return RedirectResponse(f"{PATH}?fait={done}{where}", 303)
