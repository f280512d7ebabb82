"""Protocole: what is sent when, in words; and at which hours, for dates that are awkward."""

import pytest

from cimento.followup.protocol import read_protocol
from cimento.followup.schedule import PARIS, read_moment
from cimento.team.protocol import moment, simulate
from tests.team.conftest import Visit
from tests.team.test_todo import text


def test_each_sms_is_told_with_its_moment_and_its_sources(nurse: Visit) -> None:
    page = text(nurse.get("/equipe/protocole").text)
    moments = [moment(step.moment) for step in read_protocol().steps]
    assert [said.replace("\u00a0", " ") for said in moments] == [
        "la veille de l'acte, à 18 h",
        "à l'heure de la sortie",
        "le lendemain de la sortie, à 10 h",
        "3 jours après la sortie, à 10 h",
        "21 jours après la sortie, à 10 h",
    ]
    for step, said in zip(read_protocol().steps, moments, strict=True):
        assert f"{step.title} {' '.join(said.split())}" in page
        for quote in step.quotes:
            assert " ".join(quote.split()) in page


@pytest.mark.parametrize(
    ("discharge", "act", "expected"),
    [
        # At 20:30 the day's SMS would leave at 8:00: too late.
        ("09/03/2027 20 h 30", "", [None, "10/03 10", "12/03 10", "30/03 10"]),
        # The change of summer time, on a Sunday: still at ten by the clock of Paris.
        ("27/03/2027 16 h", "", ["27/03 16", "28/03 10", "30/03 10", "17/04 10"]),
        ("09/03/2027 16 h", "09/03/2027 8 h", ["08/03 18", "09/03 16", "10/03 10", "12/03 10", "30/03 10"]),
    ],
)  # fmt: skip
def test_dates_are_simulated_as_they_would_be_sent(
    discharge: str, act: str, expected: list[str | None]
) -> None:
    found = simulate(read_protocol(), read_moment(discharge), read_moment(act) if act else None)
    said = [one.due and f"{one.due.astimezone(PARIS):%d/%m %-H}" for one in found]
    assert said == expected
    for one in found:
        if one.reminder and one.due:
            assert (one.reminder - one.due).total_seconds() == 4 * 3600


def test_a_simulation_is_shown_or_refused(nurse: Visit) -> None:
    shown = nurse.call("GET", "/equipe/protocole", params={"sortie": "27/03/2027 16 h"})
    assert "Lendemain du retour : question dimanche 28 mars, 10 h" in text(shown.text)
    assert "Rappel, sans réponse : dimanche 28 mars, 14 h" in text(shown.text)
    refused = nurse.call("GET", "/equipe/protocole", params={"sortie": "demain"})
    assert refused.status_code == 409 and "n'est pas lisible" in text(refused.text)
