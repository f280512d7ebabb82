"""Chiffres: today, and the last weeks as small plots, a table and a CSV file."""

import csv
import io
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from cimento.followup import figures
from cimento.followup.figures import Week, middle, ninth_tenth
from cimento.team import words
from cimento.team.context import Team
from cimento.team.pages import HEADERS, page
from cimento.team.plot import Plot
from cimento.team.roles import Permission
from cimento.team.sessions import Visitor

PATH = "/equipe/chiffres"
_WEEKS = 12
_TAKEN_BY, _CLOSED_BY = "Prise : 90 % en (min)", "Clôture : 90 % en (min)"
_CALLED, _COMES = "Départ d'un appel d'astreinte (min)", "D'un appel à la prise (min)"
_FILE_ALONE = {_TAKEN_BY, _CLOSED_BY, _CALLED, _COMES}


def add(router: APIRouter, team: Team) -> None:
    """Add the page and its file."""
    access, database, clock = team.access, team.database, team.clock
    MaySee = Annotated[Visitor, Depends(access.may(Permission.FIGURES))]

    @router.get("/chiffres")
    def show(visitor: MaySee) -> Response:
        now = clock()
        weeks = figures.weeks(database, now, _WEEKS)
        content = {
            "today": figures.today(database, now),
            "plots": plots(weeks),
            "columns": [name for name in table(weeks[-1]) if name not in _FILE_ALONE],
            "rows": [
                [value for name, value in table(week).items() if name not in _FILE_ALONE]
                for week in reversed(weeks)
            ],
            "kinds": by_kind(weeks),
        }
        return page("figures.html", visitor, now, path=PATH, content=content)

    @router.get("/chiffres.csv")
    def give(visitor: MaySee) -> Response:
        output = io.StringIO()
        writer = csv.writer(output, delimiter=";")
        rows = [table(week) for week in figures.weeks(database, clock(), _WEEKS)]
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="chiffres.csv"'}
        return Response("\ufeff" + output.getvalue(), 200, headers, "text/csv; charset=utf-8")


def share(part: int, whole: int) -> float | None:
    """Return how many of a hundred, None of nothing."""
    return 100 * part / whole if whole else None


def minutes(duration: timedelta | None) -> float | None:
    """Return a duration in minutes, None of none."""
    return None if duration is None else duration / timedelta(minutes=1)


def plots(weeks: list[Week]) -> list[Plot]:
    """Return the plots of the page."""
    mondays = [week.monday for week in weeks]

    def plot(title: str, values: list[float | None], unit: str = "") -> Plot:
        return Plot(title, unit, mondays, values)

    return [
        plot("Questions répondues", [share(w.answered, w.asked) for w in weeks], "%"),
        plot("Réponses comprises", [share(w.understood, w.written) for w in weeks], "%"),
        plot("Délai médian pour répondre", [minutes(middle(w.to_answer)) for w in weeks], "min"),
        plot("Alertes", [float(w.alert_count) for w in weeks]),
        plot("Délai médian pour prendre", [minutes(middle(w.to_take)) for w in weeks], "min"),
        plot(
            "De l'appel d'astreinte à la prise",
            [minutes(middle(w.call_to_take)) for w in weeks],
            "min",
        ),
        plot("Délai médian pour clore", [minutes(middle(w.to_close)) for w in weeks], "min"),
    ]


def table(week: Week) -> dict[str, object]:
    """Return a week as the table and the file have it; durations are medians in
    minutes, "" of nothing."""

    def rounded(value: float | None) -> object:
        return "" if value is None else round(value)

    return {
        "Semaine du": f"{week.monday:%d/%m/%Y}",
        "Sorties": week.discharges,
        "Questions": week.asked,
        "Répondues": week.answered,
        "Comprises (%)": rounded(share(week.understood, week.written)),
        "Réponse (min)": rounded(minutes(middle(week.to_answer))),
        "Alertes": week.alert_count,
        "Alarmes": week.alarm_count,
        "Prise (min)": rounded(minutes(middle(week.to_take))),
        _TAKEN_BY: rounded(minutes(ninth_tenth(week.to_take))),
        "Clôture (min)": rounded(minutes(middle(week.to_close))),
        _CLOSED_BY: rounded(minutes(ninth_tenth(week.to_close))),
        _CALLED: rounded(minutes(middle(week.to_call))),
        _COMES: rounded(minutes(middle(week.call_to_take))),
        "Non remis": week.failed,
        "STOP": week.stops,
    }


def by_kind(weeks: list[Week]) -> list[tuple[str, int]]:
    """Return how many alerts of each kind and level there were, the most frequent first."""
    counts: dict[str, int] = {}
    for week in weeks:
        for (kind, level), count in week.alerts.items():
            title = words.title(kind, level)
            counts[title] = counts.get(title, 0) + count
    return sorted(counts.items(), key=lambda item: -item[1])
