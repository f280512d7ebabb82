"""Protocole: what is sent when, on what it rests; and for a discharge, at which hours."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from cimento.followup.models import Kind
from cimento.followup.protocol import Protocol
from cimento.followup.schedule import Moment, MomentRefused, after, read_moment
from cimento.team.context import Team
from cimento.team.pages import page
from cimento.team.roles import Permission
from cimento.team.sessions import Visitor

PATH = "/equipe/protocole"
_ANCHORS = {"act": "l'acte", "discharge": "la sortie"}


@dataclass(frozen=True)
class Simulated:
    """One SMS for given dates; `reminder`: when it is asked again, if nobody answers."""

    title: str
    due: datetime | None  # None: it is not sent, for no hour of sending is left
    reminder: datetime | None


def add(router: APIRouter, team: Team) -> None:
    """Add the page."""
    access, protocol, clock = team.access, team.protocol, team.clock

    @router.get("/protocole")
    def show(
        visitor: Annotated[Visitor, Depends(access.may(Permission.FIGURES))],
        sortie: str = "",
        acte: str = "",
    ) -> Response:
        refusal, found = "", []
        if sortie.strip():
            try:
                act = read_moment(acte) if acte.strip() else None
                found = simulate(protocol, read_moment(sortie), act)
            except MomentRefused as error:
                refusal = str(error)
        content = {
            "steps": [
                (step, moment(step.moment), protocol.text(step.id)) for step in protocol.steps
            ],
            "reminder": protocol.reminder,
            "found": found,
            "refusal": refusal,
            "given": {"sortie": sortie[:60], "acte": acte[:60]},
        }
        status = 409 if refusal else 200
        return page("protocol.html", visitor, clock(), status, path=PATH, content=content)


def simulate(protocol: Protocol, discharge: datetime, act: datetime | None) -> list[Simulated]:
    """Return the SMS of a follow-up with these dates (aware), in the order they are sent."""
    windows = protocol.windows(act, discharge)
    found = []
    for step in protocol.steps:
        if step.id not in windows:
            continue
        window = windows[step.id]
        due = None if window.is_empty else window.due
        reminder = None
        if due and step.kind == Kind.CHECK_IN:
            reminder = after(due, protocol.reminder.moment.hours)
        found.append((window.due, Simulated(step.title, due, reminder)))
    return [simulated for _, simulated in sorted(found, key=lambda one: one[0])]


def moment(when: Moment) -> str:
    """Return a moment of the protocol in words: "la veille de l'acte, à 18 h"."""
    of = _ANCHORS[when.anchor]
    if when.at is None:
        return f"{when.hours:g} h après {of}" if when.hours else f"à l'heure de {of}"
    day = {-1: f"la veille de {of}", 0: f"le jour de {of}", 1: f"le lendemain de {of}"}.get(
        when.days, f"{abs(when.days)} jours {'après' if when.days > 0 else 'avant'} {of}"
    )
    hour = f"{when.at.hour}\u00a0h" + (f"\u00a0{when.at.minute:02}" if when.at.minute else "")
    return f"{day}, à {hour}"
