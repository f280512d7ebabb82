"""Questions sans réponse: what the department could add to its sheet, in counts alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from cimento.answers.catalogue import load_catalogue
from cimento.answers.unanswered import Unanswered
from cimento.followup.schedule import PARIS
from cimento.store.asked import Asked, monday
from cimento.team.context import Team
from cimento.team.pages import page
from cimento.team.roles import Permission
from cimento.team.sessions import Visitor
from cimento.team.words import NOT_HELPED

PATH = "/equipe/questions"
FEWEST = 5  # conversations: a smaller count might be about somebody
_WEEKS = 12


@dataclass(frozen=True)
class Theme:
    """A theme that enough conversations asked about. `weeks`: those with enough, by Monday.

    `count`: of these weeks alone, or of all where none has enough: from what is shown, no count
    that is too small can be reckoned. `is_all`: whether nothing is left out of it.
    """

    label: str
    count: int
    weeks: Mapping[date, int]
    is_all: bool


@dataclass
class Judged:
    """How often an answer helped, and why it did not, in words."""

    label: str
    helped: int
    did_not: int
    why: list[tuple[str, int]] = field(default_factory=list)


def add(router: APIRouter, team: Team) -> None:
    """Add the page."""
    access, clock = team.access, team.clock
    catalogue = load_catalogue()
    unanswered = Unanswered(catalogue)

    @router.get("/questions")
    def show(visitor: Annotated[Visitor, Depends(access.may(Permission.FIGURES))]) -> Response:
        now, asked = clock(), team.conversations.asked
        first = monday(now.astimezone(PARIS).date()) - timedelta(weeks=_WEEKS - 1)
        content = {
            "themes": themes(asked.unanswered(first), unanswered),
            "judged": judged(asked, catalogue.titles),
            "fewest": FEWEST,
        }
        return page("unanswered.html", visitor, now, path=PATH, content=content)


def themes(counts: Mapping[tuple[str, date], int], words: Unanswered) -> list[Theme]:
    """Return the themes of (theme, Monday): conversations, the most asked first."""
    found = []
    for theme in {theme for theme, _ in counts}:
        weeks = {week: count for (of, week), count in counts.items() if of == theme}
        enough = {week: weeks[week] for week in sorted(weeks) if weeks[week] >= FEWEST}
        count = sum((enough or weeks).values())
        if count >= FEWEST:
            is_all = not enough or len(enough) == len(weeks)
            found.append(Theme(words.label(theme), count, enough, is_all))
    return sorted(found, key=lambda theme: (-theme.count, theme.label))


def judged(asked: Asked, titles: Mapping[str, str]) -> list[Judged]:
    """Return the topics that were judged often enough, those that helped least first."""
    found = {
        topic: Judged(titles.get(topic, topic), yes, no)
        for topic, yes, no in asked.judgements()
        if topic and yes + no >= FEWEST
    }
    for topic, reason, count in asked.reasons():
        if topic in found:
            found[topic].why.append((NOT_HELPED.get(reason, reason), count))
    return sorted(found.values(), key=lambda one: (-one.did_not, one.label))
