"""Questions: what patients asked in vain, in counts that are about nobody."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cimento.answers.catalogue import load_catalogue
from cimento.answers.unanswered import Unanswered
from cimento.store.asked import Asked
from cimento.store.database import connect
from cimento.team.roles import Role
from cimento.team.unanswered import Theme, themes
from tests.team.conftest import Visit
from tests.team.test_todo import text

MONDAY = date(2027, 3, 8)  # of the week of NOON
# As the assistant's store makes them.
TABLES = (
    "unanswered (asked VARCHAR(64) PRIMARY KEY, theme VARCHAR(64), week VARCHAR(10))",
    "judgements (answer VARCHAR(64) PRIMARY KEY, topic VARCHAR(64), helpful BOOLEAN)",
    "reasons (answer VARCHAR(64) PRIMARY KEY, topic VARCHAR(64), reason VARCHAR(16))",
)


def make_tables(engine: Engine) -> Engine:
    with engine.begin() as connection:
        for table in TABLES:
            connection.execute(sa.text(f"CREATE TABLE {table}"))
    return engine


@pytest.fixture
def kept(port: int, tmp_path: Path) -> Engine:
    return make_tables(connect(f"sqlite:///{tmp_path}/c.db"))


def ask(kept: Engine, theme: str, conversations: int, weeks_ago: int = 0) -> None:
    for number in range(conversations):
        day = MONDAY + timedelta(days=2) - timedelta(weeks=weeks_ago)
        for _ in range(2):  # asked twice, it counts once
            Asked(kept).note(f"chat-{theme}-{number}", [theme], day)


def test_who_has_no_chat_has_no_question(nurse: Visit) -> None:
    seen = text(nurse.get("/equipe/questions").text)
    assert "Aucun sujet n'a été demandé dans 5 conversations" in seen
    assert "Aucune réponse n'a encore eu 5 avis" in seen


def test_what_the_sheet_leaves_out_is_told_by_theme_and_week(nurse: Visit, kept: Engine) -> None:
    ask(kept, "work", 7)
    ask(kept, "work", 5, weeks_ago=2)
    ask(kept, "driving/how_long", 5)
    ask(kept, "brace", 4)
    ask(kept, "travel", 9, weeks_ago=12)
    page = nurse.get("/equipe/questions").text
    seen = text(page)
    assert "Travail, arrêt de travail 12 22/02 : 5, 08/03 : 7" in seen
    assert "combien de temps ? 5 08/03 : 5" in seen
    assert "Corset" not in seen and "avion" not in seen
    assert "chat-" not in page


def test_no_count_below_five_is_shown_or_can_be_reckoned() -> None:
    words, before = Unanswered(load_catalogue()), MONDAY - timedelta(weeks=1)
    counts = {
        ("work", MONDAY): 6, ("work", before): 1,
        ("travel", MONDAY): 3, ("travel", before): 4,
        ("brace", MONDAY): 4,
    }  # fmt: skip
    assert themes(counts, words) == [
        Theme("Voyage, avion, longue route", 7, {}, True),
        Theme("Travail, arrêt de travail", 6, {MONDAY: 6}, False),
    ]


def test_answers_that_helped_least_come_first_with_the_reasons(
    logged_in: Callable[..., Visit], kept: Engine
) -> None:
    with kept.begin() as connection:
        for number, (topic, helpful) in enumerate(
            [("driving", 1)] * 6 + [("rest", 0)] * 5 + [("xrays", 0)] * 4
        ):
            row = {"answer": number, "topic": topic, "helpful": helpful}
            connection.execute(
                sa.text("INSERT INTO judgements VALUES (:answer, :topic, :helpful)"), row
            )
        for number, reason in ((6, "hard"), (7, "hard"), (8, "partial"), (11, "off")):
            row = {"answer": number, "topic": "xrays" if number == 11 else "rest", "reason": reason}
            connection.execute(
                sa.text("INSERT INTO reasons VALUES (:answer, :topic, :reason)"), row
            )
    seen = text(logged_in(Role.ADMINISTRATOR).get("/equipe/questions").text)
    titles = load_catalogue().titles
    rest, driving = (
        f"{titles['rest']} 0 5 trop difficile : 2, pas complet : 1",
        f"{titles['driving']} 6 0 –",
    )
    assert seen.index(rest) < seen.index(driving)
    assert titles["xrays"] not in seen
