"""Pages made of templates, and how dates, ages and numbers are written on them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import phonenumbers
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from cimento.followup.schedule import PARIS
from cimento.sms.numbers import FRENCH
from cimento.team import roles, words
from cimento.team.roles import Permission
from cimento.team.sessions import Visitor

HERE = Path(__file__).parent
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)
# Nothing but our own files and forms; what a patient wrote runs nowhere, and is kept nowhere.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
# Where the pages are, in the order of the menu, and what each needs.
MENU = (
    ("/equipe/a-faire", "À faire", Permission.SEE),
    ("/equipe/patients", "Patients", Permission.SEE),
    ("/equipe/inscrire", "Inscrire", Permission.ENROL),
    ("/equipe/chiffres", "Chiffres", Permission.FIGURES),
    ("/equipe/questions", "Questions", Permission.FIGURES),
    ("/equipe/protocole", "Protocole", Permission.FIGURES),
    ("/equipe/journal", "Journal", Permission.TRAIL),
)


def day(moment: datetime, now: datetime) -> str:
    """Return a day as one says it: "aujourd'hui", "hier", "mardi 9 mars" (of Paris)."""
    date, today = moment.astimezone(PARIS).date(), now.astimezone(PARIS).date()
    near = {0: "aujourd'hui", -1: "hier", 1: "demain"}.get((date - today).days)
    if near:
        return near
    first = "er" if date.day == 1 else ""
    year = f" {date.year}" if date.year != today.year else ""
    return f"{_DAYS[date.weekday()]} {date.day}{first} {_MONTHS[date.month - 1]}{year}"


def hour(moment: datetime) -> str:
    """Return an hour of Paris: "16 h 05"."""
    local = moment.astimezone(PARIS)
    return f"{local.hour}\u00a0h\u00a0{local.minute:02}" if local.minute else f"{local.hour}\u00a0h"


def when(moment: datetime, now: datetime) -> str:
    """Return a day and an hour: "hier, 16 h"."""
    return f"{day(moment, now)}, {hour(moment)}"


def age(since: datetime, now: datetime) -> str:
    """Return how long ago something was: "12 min", "3 h 20", "2 jours"."""
    minutes = max(0, int((now - since) / timedelta(minutes=1)))
    if minutes < 60:
        return f"{minutes}\u00a0min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}\u00a0h" + (f"\u00a0{rest:02}" if rest else "")
    days = hours // 24
    return f"{days}\u00a0jour" + ("s" if days > 1 else "")


def telephone(number: str, visitor: Visitor) -> str:
    """Return a number as it is dialled in France; its end alone for who may not see it."""
    if not visitor.may(Permission.NUMBERS):
        return f"•• •• •• •• {number[-2:]}"
    parsed = phonenumbers.parse(number) if number.startswith("+") else None
    if parsed is None:
        return number
    at_home = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    if parsed.country_code in FRENCH and at_home.startswith("0"):
        return at_home
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals.update(
    day=day, hour=hour, when=when, age=age, telephone=telephone, told=words.told,
    is_urgent=words.is_urgent, reason=words.reason, ADVICE=words.ADVICE, OUTCOMES=words.OUTCOMES,
    STATES=words.STATES, ANSWERS=words.ANSWERS, ROLES=roles.FRENCH, TROUBLES=words.TROUBLES,
    Permission=Permission,
)  # fmt: skip


def page(
    template: str,
    visitor: Visitor | None,
    now: datetime,
    status: int = 200,
    path: str = "",
    **content: Any,
) -> HTMLResponse:
    """Return a page. `path`: of the menu's entry that it belongs to; `content`: the template's."""
    menu = [entry for entry in MENU if visitor and visitor.may(entry[2])]
    html = _templates.get_template(template).render(
        visitor=visitor, now=now, menu=menu, path=path, **content
    )
    return HTMLResponse(html, status, HEADERS)
