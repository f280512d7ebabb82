"""Who is on duty, and what is wrong with a rota that cannot be used."""

from datetime import timedelta
from pathlib import Path

import pytest

from cimento.followup.rota import RotaError, on_duty, read_rota
from tests.followup.conftest import NOON

HOURS = """
- {name: Jour, sms: 0611111111, weekly: ["lundi-vendredi 08:00-18:00"]}
- {name: Nuit, sms: 0622222222, weekly: ["lundi-dimanche 18:00-08:00"]}
- {name: Semaine, sms: 0633333333, from: 08/03/2027 18 h, until: 09/03/2027 18 h}
"""


@pytest.mark.parametrize(
    ("hours", "names"),
    [(0, ["Jour", "Semaine"]), (6, ["Nuit"]), (19.9, ["Nuit"]), (20, ["Jour"]), (24 * 4, [])],
)
def test_who_is_on_duty_when(rota: Path, hours: float, names: list[str]) -> None:
    rota.write_text(HOURS)
    found = on_duty(read_rota(rota, False, False), NOON + timedelta(hours=hours))
    assert [one.name for one in found] == names


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "one at least"),
        ("- {name: A}", "neither sms, email nor webhook"),
        ("- {name: A, sms: 0556000000}", "mobile"),
        ("- {name: A, sms: 0611111111, weekly: [lundi]}", "lundi-vendredi 18:00-08:00"),
        ("- {name: A, sms: 0611111111, from: demain}", "lisible"),
        ("- {name: A, phone: 0611111111}", "phone"),
        ("- {name: A, email: a@b.example}", "CIMENTO_SMTP_URL"),
        ("- {name: A, webhook: 'https://a.example'}", "CIMENTO_ON_CALL_SECRET"),
        ("- {name: A, webhook: 'http://a.example'}", "https"),
        ("{", "cannot be read"),
    ],
)
def test_a_rota_that_cannot_be_used_is_refused(rota: Path, written: str, said: str) -> None:
    rota.write_text(written)
    with pytest.raises(RotaError, match=said) as refused:
        read_rota(rota, False, False)
    assert "0556000000" not in str(refused.value)
