"""Alerts: the words of patients, passed on once and unreadable at rest."""

from pathlib import Path

import pytest

from cimento.followup import alerts, people
from cimento.followup.alerts import read_alerts
from cimento.followup.enrolment import Enrolled
from cimento.followup.models import AlertKind
from cimento.store.database import Database
from tests.followup.conftest import NOON
from tests.followup.fakes import FakeClock


def test_words_are_passed_on_once_and_encrypted_at_rest(
    database: Database, enrolled: Enrolled, clock: FakeClock
) -> None:
    for _ in range(2):
        alerts.raise_alert(
            database, enrolled.conversation_id, AlertKind.ALARM, clock.now, "medecin",
            "j'ai 39 de fièvre", message_id="SM1",
        )  # fmt: skip
    (alert,) = read_alerts(database)
    assert (alert.words, alert.level) == ("j'ai 39 de fièvre", "medecin")
    file = Path(database.engine.url.database)
    stored = b"".join(part.read_bytes() for part in file.parent.glob("followup.db*"))
    assert b"fi\xc3\xa8vre" not in stored and b"612345678" not in stored


def test_an_alert_about_nobody_known_says_what_to_do(database: Database) -> None:
    with pytest.raises(LookupError, match=r"people\.remember"):
        alerts.raise_alert(database, "sms-nobody", AlertKind.ALARM, NOON)
    assert people.remember(database, "+33612345678", NOON)
