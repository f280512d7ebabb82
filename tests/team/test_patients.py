"""Patients: found by reference or number, read from the past to what is to come, changed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cimento.followup import alerts, audit, changes, people, replies
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, enrol
from cimento.followup.models import AlertKind
from cimento.followup.protocol import read_protocol
from cimento.followup.replies import Turn
from cimento.store.database import Database
from cimento.team.roles import Role
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FakeAssistant, FakeClock, FileGateway
from tests.team.conftest import Visit
from tests.team.test_todo import text

HERE = "/equipe/patients/1"


@pytest.fixture
def enrolled(database: Database) -> Enrolled:
    return enrol(database, read_protocol(), request(ward_reference="K7-0312"), NOON)


@pytest.mark.parametrize(
    "asked", ["K7-0312", " K7-0312 ", "06 12 34 56 78", "5678", "+33612345678", ""]
)
def test_a_patient_is_found(
    nurse: Visit, database: Database, enrolled: Enrolled, asked: str
) -> None:
    enrol(database, read_protocol(), request("0698765432", ward_reference="Z9-1"), NOON)
    found = nurse.post("/equipe/patients", q=asked).text
    assert "K7-0312" in found
    assert ("Z9-1" in found) is (asked == "")
    assert "Sortie aujourd'hui. Prochain SMS : aujourd'hui, 16 h." in text(found)


@pytest.mark.parametrize("asked", ["567", "0000", "K7", "06", "<script>x</script>", "'; --"])
def test_what_is_nobody_finds_nobody(nurse: Visit, enrolled: Enrolled, asked: str) -> None:
    found = nurse.post("/equipe/patients", q=asked).text
    assert "Aucun suivi trouvé" in found and "K7-0312" not in found
    assert "<script" not in found


def test_a_page_tells_the_past_and_what_comes(
    logged_in: Callable[..., Visit],
    database: Database,
    enrolled: Enrolled,
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    gateway = FileGateway(tmp_path / "sent")
    worker = Dispatcher(Deliveries(database, read_protocol()), gateway, FakeAssistant(), clock)
    for hours in (4, 22):
        clock.now = NOON + timedelta(hours=hours)
        assert worker.tick()["sent"] == 1
    clock.now += timedelta(minutes=10)
    turn = Turn("+33612345678", clock.now, "oui j'ai 39", "medecin", "m1", ("fever",))
    replies.record(database, turn)
    alerts.raise_alert(
        database, enrolled.conversation_id, AlertKind.ALARM, clock.now, "medecin", "oui j'ai 39",
        enrolment_id=enrolled.id,
    )  # fmt: skip
    clock.now += timedelta(minutes=8)
    nurse = logged_in()
    nurse.post("/equipe/a-faire/clore", alerte=1, issue="reached", note="revue demain")
    page = text(nurse.get(HERE).text)
    past = page.partition("Ce qui s'est passé")[2].partition("Sur son téléphone")[0]
    order = ["Claire Durand a clos l'alerte : joint", "revue demain", "Alarme : médecin à appeler",
             "« oui j'ai 39 »", "Lendemain du retour : question", "Jour du retour",
             "Accord du patient, recueilli par Mme Durand"]  # fmt: skip
    places = [past.index(said) for said in order]
    assert places == sorted(places)
    assert "Le patient a répondu" in past and "un signe" in past
    to_come = page.partition("À venir")[2].partition("Ce qui s'est passé")[0]
    assert "Troisième jour : question vendredi 12 mars, 10 h" in to_come
    assert "Trois semaines après mardi 30 mars, 10 h" in to_come
    assert ("Claire Durand", "read", "follow-up 1") in [
        (entry.actor, entry.action, entry.about) for entry in audit.read(database)
    ]


def test_a_follow_up_is_paused_resumed_moved_and_stopped_with_a_reason(
    nurse: Visit, enrolled: Enrolled, database: Database
) -> None:
    assert "Choisissez le motif." in nurse.post(f"{HERE}/pause").text
    done = nurse.post(f"{HERE}/pause", motif="hospital").headers["Location"]
    page = text(nurse.get(done).text)
    assert "Le suivi est en pause : aucun SMS ne part." in page
    assert "Claire Durand a mis le suivi en pause aujourd'hui, 12 h Réhospitalisé" in page
    nurse.post(f"{HERE}/reprise")
    assert "en pause :" not in text(nurse.get(HERE).text)
    refused = nurse.post(f"{HERE}/deplace", sortie="mardi")
    assert refused.status_code == 409 and "n'est pas lisible" in text(refused.text)
    nurse.post(f"{HERE}/deplace", sortie="20/03/2027 à 16 h")
    assert "Sortie samedi 20 mars, 16 h" in text(nurse.get(HERE).text)
    nurse.post(f"{HERE}/arrete", motif="wish")
    page = text(nurse.get(HERE).text)
    assert "Suivi arrêté aujourd'hui" in page and "À la demande du patient" in page
    assert nurse.post(f"{HERE}/reprise").status_code == 409
    assert nurse.post(f"{HERE}/vendre").status_code == 404
    assert nurse.post("/equipe/patients/9/reprise").status_code == 404
    assert nurse.get("/equipe/patients/9").status_code == 404
    trail = [entry.about for entry in audit.read(database) if entry.action in ("pause", "cancel")]
    assert trail == ["follow-up 1: hospital", "follow-up 1: wish"]


def test_a_wrong_number_is_corrected(nurse: Visit, enrolled: Enrolled, database: Database) -> None:
    assert "valide" in nurse.post(f"{HERE}/numero", numero="06 12").text
    done = nurse.post(f"{HERE}/numero", numero="06 98 76 54 32").headers["Location"]
    page = text(nurse.get(done).text)
    assert "06 98 76 54 32" in page and "06 12 34 56 78" not in page
    assert "Prochain SMS aujourd'hui, 16 h" in page
    with database.begin() as session:
        person = people.lock(session, enrolled.conversation_id)
        assert person and not people.deliveries_of(session, enrolled.conversation_id)


def test_who_said_stop_is_asked_again_first(
    nurse: Visit, enrolled: Enrolled, database: Database
) -> None:
    replies.stop(database, enrolled.conversation_id, NOON, "stop")
    refused = nurse.post(f"{HERE}/numero", numero="06 98 76 54 32")
    assert "répondu STOP" in refused.text
    assert "Lui seul peut reprendre" in text(nurse.get(HERE).text)


def test_a_reader_changes_nothing(logged_in: Callable[..., Visit], enrolled: Enrolled) -> None:
    page = logged_in(Role.READER).get(HERE).text
    assert "Changer le suivi" not in page and "tel:" not in page


def test_two_patients_of_one_phone_are_told_apart(
    nurse: Visit, enrolled: Enrolled, database: Database
) -> None:
    other = enrol(database, read_protocol(), request(ward_reference="K7-0313"), NOON)
    assert f"suivi n° {other.id}" in text(nurse.get(HERE).text)
    changes.cancel(database, other.id, "Mme Roy", NOON)
    assert f"suivi n° {other.id}" not in text(nurse.get(HERE).text)
