"""Chiffres: plots that tell their values in words too, a file, and nothing about anybody."""

from datetime import timedelta

from cimento.followup import alerts, care, people
from cimento.followup.models import AlertKind
from cimento.store.database import Database
from cimento.team.plot import HEIGHT, Plot
from tests.followup.conftest import NOON
from tests.team.conftest import Visit
from tests.team.test_todo import text


def test_figures_are_told_in_words_and_in_a_file(nurse: Visit, database: Database) -> None:
    name = people.remember(database, "+33612345678", NOON)
    alerts.raise_alert(database, name, AlertKind.ALARM, NOON, "urgence", "mal")
    care.take(database, [1], "Claire Durand", NOON + timedelta(minutes=7))
    seen = nurse.get("/equipe/chiffres").text
    assert "Délai médian pour prendre cette semaine : 7 min" in text(seen)
    assert "Alarme : urgence 1" in text(seen)
    assert "semaine du 08/03 : 1" in seen
    main = seen.partition("<main")[2]
    for private in ("Claire Durand", "612345678", "« mal »"):
        assert private not in main
    file = nurse.get("/equipe/chiffres.csv")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 13
    week = dict(zip(lines[0].split(";"), lines[-1].split(";"), strict=True))
    assert (week["Semaine du"], week["Alertes"], week["Prise (min)"]) == (
        "08/03/2027", "1", "7",
    )  # fmt: skip


def test_bars_keep_to_their_drawing() -> None:
    week = NOON.date()
    bars = list(Plot("Part", "%", [week] * 3, [None, 50.0, 100.0]).bars())
    assert [bar.height for bar in bars] == [0, HEIGHT / 2, HEIGHT]
    assert bars[0].words.endswith("pas de donnée")
    assert [bar.y for bar in Plot("Alertes", "", [week] * 2, [0.0, 40.0]).bars()] == [HEIGHT, 0]
