"""What is done about alerts: who takes them, whom it is told, in which order they are shown."""

from datetime import timedelta
from pathlib import Path

import pytest

from cimento.followup import alerts, board, care, erasure, people
from cimento.followup.care import CareRefused
from cimento.followup.enrolment import enrol
from cimento.followup.mail import Mailer, mail_alerts
from cimento.followup.models import AlertEvent, AlertKind, Closing
from cimento.followup.protocol import Protocol
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect
from tests.followup.conftest import NOON, request

CLAIRE, PAUL = "Claire Durand", "Paul Roux"


@pytest.fixture
def alarm(database: Database, protocol: Protocol) -> int:
    """The alert of an enrolled patient, raised at NOON; return its number."""
    enrolled = enrol(database, protocol, request(ward_reference="K7-0312"), NOON)
    alerts.raise_alert(
        database, enrolled.conversation_id, AlertKind.ALARM, NOON, "medecin", "j'ai 39",
        enrolment_id=enrolled.id,
    )  # fmt: skip
    return 1


def test_it_is_taken_once_handed_over_and_closed_once(database: Database, alarm: int) -> None:
    care.take(database, [alarm], CLAIRE, NOON)
    care.take(database, [alarm], CLAIRE, NOON)  # twice changes nothing
    with pytest.raises(CareRefused, match="Claire Durand s'en occupe déjà"):
        care.take(database, [alarm], PAUL, NOON)
    with pytest.raises(CareRefused, match="Claire Durand s'en occupe déjà"):
        care.take(database, [alarm], PAUL, NOON, over="Zoé Petit")  # who had it on his page
    with pytest.raises(CareRefused, match="Claire Durand s'en occupe"):
        care.close(database, [alarm], PAUL, Closing.REACHED, "", NOON)
    care.hand_over(database, [alarm], CLAIRE, "à rappeler", NOON)
    care.take(database, [alarm], PAUL, NOON)
    care.close(database, [alarm], PAUL, Closing.REACHED, "", NOON)
    with pytest.raises(CareRefused, match="Paul Roux a déjà clos"):
        care.close(database, [alarm], CLAIRE, Closing.OTHER, "non", NOON)
    with pytest.raises(CareRefused, match="Paul Roux a déjà clos"):
        care.take(database, [alarm], CLAIRE, NOON)
    with pytest.raises(CareRefused, match="Paul Roux a déjà clos"):
        care.hand_over(database, [alarm], CLAIRE, "non", NOON)
    with database.begin() as session:
        done = [(event.event, event.by, event.note) for event in care.events(session, alarm)]
    assert done == [
        ("taken", CLAIRE, None),
        ("handed_over", CLAIRE, "à rappeler"),
        ("taken", PAUL, None),
        ("closed", PAUL, None),
    ]


def test_all_of_a_patient_change_or_none(database: Database, alarm: int) -> None:
    with pytest.raises(CareRefused, match="n'existe plus"):
        care.take(database, [alarm, 99], CLAIRE, NOON)
    assert alerts.read_alerts(database)[0].taken_by is None


def test_the_gravest_and_oldest_patient_comes_first(database: Database, alarm: int) -> None:
    def raised(number: str, kind: AlertKind, minutes: int, level: str = "none") -> None:
        at = NOON + timedelta(minutes=minutes)
        name = people.remember(database, number, at)
        alerts.raise_alert(database, name, kind, at, level)

    raised("+33700000001", AlertKind.SILENCE, 0)
    raised("+33700000002", AlertKind.HUMAN, 1)
    raised("+33700000003", AlertKind.ALARM, 9, "urgence")
    raised("+33700000004", AlertKind.ALARM, 2, "medecin")
    raised("+33700000001", AlertKind.SILENCE, 30)  # the same patient: one card
    cards, count = board.open_cards(database, 10)
    assert count == 5 and board.open_cards(database, 2) == (cards[:2], 5)
    assert [card.number[-1] for card in cards] == ["3", "8", "4", "2", "1"]
    assert [len(card.alerts) for card in cards] == [1, 1, 1, 1, 2]
    assert [card.follow_up for card in cards] == [None, 1, None, None, None]


def test_nobody_is_mailed_again_about_what_somebody_takes(
    alarm: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mailer, "send", lambda *_: None)
    mailer, late = Mailer("smtp://localhost", "a@x.example", "b@x.example"), timedelta(minutes=30)
    assert mail_alerts(database, mailer, NOON, late) == 1
    care.take(database, [alarm], CLAIRE, NOON)
    assert mail_alerts(database, mailer, NOON + late, late) == 0
    care.hand_over(database, [alarm], CLAIRE, "à rappeler", NOON)
    assert mail_alerts(database, mailer, NOON + late, late) == 1


def test_a_note_is_unreadable_at_rest_and_goes_with_the_patient(
    alarm: int, database: Database, protocol: Protocol, tmp_path: Path
) -> None:
    care.close(database, [alarm], CLAIRE, Closing.OTHER, "zorglub au téléphone", NOON)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("followup.db*"))
    assert b"zorglub" not in stored
    kept = SqlConversations(connect(f"sqlite:///{tmp_path}/conversations.db"))
    (held,) = erasure.export(database, kept, protocol, request().number)["alerts"]
    assert (held["outcome"], held["events"][0]["note"]) == ("other", "zorglub au téléphone")
    assert erasure.forget(database, kept, request().number, CLAIRE, NOON)
    with database.begin() as session:
        assert session.query(AlertEvent).count() == 0
