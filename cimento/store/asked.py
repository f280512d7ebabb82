"""What the website's patients found no answer to, and whether the answers helped: counts alone.

Plain SQL on the tables that Rasa's tracker store makes beside the conversations (see
tracker_store): they are read, and written, without Rasa.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cimento.store.vault import keyed_hash

KEPT = timedelta(weeks=26)
_UNANSWERED = sa.table("unanswered", sa.column("asked"), sa.column("theme"), sa.column("week"))
_JUDGEMENTS = sa.table("judgements", sa.column("topic"), sa.column("helpful"))
_REASONS = sa.table("reasons", sa.column("topic"), sa.column("reason"))


class Asked:
    """The counts in the database of `engine`; none while it has no such tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, conversation: str, themes: Iterable[str], today: date) -> None:
        """Count that a conversation found no answer on `themes`, each once a week.

        Stored are the theme, the week, and a keyed hash of the three that tells it from another
        conversation: not the conversation, nor what else it asked.
        """
        week = monday(today).isoformat()
        with self._engine.begin() as connection:
            for theme in themes:
                asked = keyed_hash(f"{conversation} {week} {theme}", "unanswered")
                same = sa.select(_UNANSWERED.c.asked).where(_UNANSWERED.c.asked == asked)
                if connection.execute(same).first() is None:
                    row = {"asked": asked, "theme": theme, "week": week}
                    connection.execute(sa.insert(_UNANSWERED).values(row))

    def unanswered(self, since: date) -> dict[tuple[str, date], int]:
        """Return how many conversations found no answer, by theme and Monday, from `since` on."""
        if not sa.inspect(self._engine).has_table(_UNANSWERED.name):
            return {}
        theme, week = _UNANSWERED.c.theme, _UNANSWERED.c.week
        query = sa.select(theme, week, sa.func.count()).group_by(theme, week)
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(week >= since.isoformat())).all()
        return {(theme, date.fromisoformat(week)): count for theme, week, count in rows}

    def judgements(self) -> list[tuple[str, int, int]]:
        """Return (topic, helpful, not helpful) counts, the most judged topic first."""
        if not sa.inspect(self._engine).has_table(_JUDGEMENTS.name):
            return []
        topic, count = _JUDGEMENTS.c.topic, sa.func.count()
        helpful = sa.func.sum(sa.case((_JUDGEMENTS.c.helpful == sa.true(), 1), else_=0))
        query = sa.select(topic, helpful, count - helpful).group_by(topic)
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(count.desc(), topic))]

    def reasons(self) -> list[tuple[str, str, int]]:
        """Return (topic, reason, count), by topic, the commonest reason first."""
        if not sa.inspect(self._engine).has_table(_REASONS.name):
            return []
        topic, reason, count = _REASONS.c.topic, _REASONS.c.reason, sa.func.count()
        query = sa.select(topic, reason, count).group_by(topic, reason)
        with self._engine.connect() as connection:
            ordered = query.order_by(topic, count.desc(), reason)
            return [tuple(row) for row in connection.execute(ordered)]

    def purge(self, today: date) -> None:
        """Erase what was asked more than KEPT ago."""
        if not sa.inspect(self._engine).has_table(_UNANSWERED.name):
            return
        old = _UNANSWERED.c.week < monday(today - KEPT).isoformat()
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_UNANSWERED).where(old))


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
