"""À faire: the gravest first, one takes it, the other sees who; then an outcome, or the next shift."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape

import pytest

from cimento.followup import alerts, audit, board, people
from cimento.followup.enrolment import enrol
from cimento.followup.models import AlertCall, AlertKind, Closing, State
from cimento.followup.protocol import read_protocol
from cimento.store.database import Database
from cimento.store.heartbeat import TICK, beat
from cimento.team.roles import Role
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FakeClock
from tests.team.conftest import Visit

WORDS = "j'ai 39 et <b>des frissons</b>"


@pytest.fixture
def alarm(database: Database) -> int:
    """The alert of an enrolled patient, raised at NOON; return its number."""
    wanted = request(ward_reference="K7-0312")
    enrolled = enrol(database, read_protocol(), wanted, NOON)
    alerts.raise_alert(
        database, enrolled.conversation_id, AlertKind.ALARM, NOON, "medecin", WORDS,
        enrolment_id=enrolled.id,
    )  # fmt: skip
    return 1


def text(html: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_a_nurse_sees_who_needs_a_call(nurse: Visit, alarm: int, clock: FakeClock) -> None:
    clock.now += timedelta(minutes=12)
    seen = nurse.get("/equipe/a-faire").text
    assert 'href="tel:+33612345678"' in seen
    assert "&lt;b&gt;des frissons&lt;/b&gt;" in seen and WORDS not in seen
    for said in ("K7-0312", "12 min", "06 12 34 56 78", "Appelez tout de suite.",
                 "dit d'appeler immédiatement son médecin", "Je m'en occupe"):  # fmt: skip
        assert said in text(seen), said
    for code in ("alarm", "medecin", "silence", "None"):
        assert code not in text(seen).split()


def test_taken_then_closed_with_its_outcome(
    nurse: Visit, alarm: int, clock: FakeClock, database: Database
) -> None:
    taken = nurse.post("/equipe/a-faire/prendre", alerte=alarm)
    assert taken.status_code == 303
    clock.now += timedelta(minutes=4)
    assert "Vous vous en occupez depuis 4 min" in text(nurse.get("/equipe/a-faire").text)
    closed = nurse.post("/equipe/a-faire/clore", alerte=alarm, issue="reached", note="va mieux")
    page = text(nurse.get(closed.headers["Location"]).text)
    assert "l'alerte est close" in page and "Rien à faire" in page
    assert "Joint, Claire Durand" in page
    (past,) = alerts.read_alerts(database, everything=True)
    assert (past.taken_by, past.acknowledged_by, past.outcome) == (
        "Claire Durand", "Claire Durand", Closing.REACHED.value,
    )  # fmt: skip
    reopened = nurse.post("/equipe/a-faire/rouvrir", alerte=alarm)
    page = text(nurse.get(reopened.headers["Location"]).text)
    assert "Rouverte par Claire Durand" in page and "Je m" in page
    actions = [entry.action for entry in audit.read(database)][-4:]
    assert actions == ["taken", "read", "closed", "reopened"]


def test_a_colleague_closes_only_what_they_took_over(
    logged_in: Callable[..., Visit], nurse: Visit, alarm: int
) -> None:
    paul = logged_in(name="Paul Roux")
    nurse.post("/equipe/a-faire/prendre", alerte=alarm)
    refused = paul.post("/equipe/a-faire/clore", alerte=alarm, issue="reached")
    assert refused.status_code == 409 and "Claire Durand s'en occupe" in text(refused.text)
    assert "Reprendre à sa place" in paul.get("/equipe/a-faire").text
    over = paul.post("/equipe/a-faire/prendre", alerte=alarm, a_la_place_de="Claire Durand")
    assert over.status_code == 303
    assert nurse.post("/equipe/a-faire/relever", alerte=alarm, note="x").status_code == 409
    assert paul.post("/equipe/a-faire/clore", alerte=alarm, issue="message_left").ok
    assert nurse.post("/equipe/a-faire/prendre", alerte=alarm).status_code == 409


def test_the_next_shift_reads_what_is_left_to_do(
    logged_in: Callable[..., Visit], nurse: Visit, alarm: int
) -> None:
    nurse.post("/equipe/a-faire/prendre", alerte=alarm)
    assert nurse.post("/equipe/a-faire/relever", alerte=alarm, note=" ").status_code == 409
    nurse.post("/equipe/a-faire/relever", alerte=alarm, note="Sonne dans le vide. Rappeler à 18 h.")
    seen = text(logged_in(name="Paul Roux").get("/equipe/a-faire").text)
    assert "Claire Durand , aujourd'hui, 12 h : Sonne dans le vide. Rappeler à 18 h." in seen
    assert "Je m" in seen


def test_what_is_wrong_with_the_alerting_stands_in_red_on_every_page(
    nurse: Visit, alarm: int, database: Database, clock: FakeClock
) -> None:
    def call(step: int, who: str | None, state: State) -> None:
        times = dict.fromkeys(("due_at", "planned_at", "sent_at"), clock.now)
        with database.begin() as session:
            row = AlertCall(alert_id=alarm, step=step, reference=str(step), who=who, state=state)
            for name, at in times.items():
                setattr(row, name, at if who or name != "sent_at" else None)
            session.add(row)

    pages = ("/equipe/a-faire", "/equipe/patients", "/equipe/chiffres")
    assert not any("trouble" in nurse.get(page).text for page in pages)
    call(1, None, State.FAILED)
    assert all("personne n'est d'astreinte" in text(nurse.get(page).text) for page in pages)
    call(2, "Paul Roux", State.SENT)
    clock.move(minutes=3)
    seen = text(nurse.get("/equipe/a-faire").text)
    assert "personne n'est d'astreinte" not in seen
    assert "Astreinte appelée : Paul Roux, il y a 3 min." in seen
    beat(database.engine, TICK, clock.now - timedelta(minutes=6))
    assert all("Le suivi est arrêté" in text(nurse.get(page).text) for page in pages)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"issue": "other"}, "écrivez en quelques mots"),
        ({"issue": ""}, "Choisissez d"),
        ({"issue": "reached", "note": "x" * 501}, "500 caractères"),
        ({"issue": "reached", "alerte": 99}, "n'existe plus"),
        ({"issue": "reached", "alerte": ""}, "n'existe plus"),
    ],
)
def test_what_cannot_be_closed_stays_open(
    nurse: Visit, alarm: int, database: Database, fields: dict[str, object], said: str
) -> None:
    reply = nurse.post("/equipe/a-faire/clore", **{"alerte": alarm, **fields})
    assert reply.status_code == 409 and said in text(reply.text)
    assert alerts.read_alerts(database)


def test_what_came_meanwhile_is_not_closed_unread(
    nurse: Visit, alarm: int, database: Database
) -> None:
    ((card,), _) = board.open_cards(database, 9)
    again = alerts.read_alerts(database)[0]
    name = people.remember(database, again.number, NOON)
    alerts.raise_alert(database, name, AlertKind.ALARM, NOON, "urgence", "du mal à respirer")
    nurse.post("/equipe/a-faire/clore", alerte=list(card.ids), issue="reached")
    (left,) = alerts.read_alerts(database)
    assert left.words == "du mal à respirer"


def test_each_alert_is_written_down_as_read_once_a_session(
    nurse: Visit, logged_in: Callable[..., Visit], alarm: int, database: Database
) -> None:
    for _ in range(3):
        nurse.get("/equipe/a-faire")
    logged_in(Role.READER).get("/equipe/a-faire")
    read = [(e.actor, e.about) for e in audit.read(database) if e.action == "read"]
    assert read == [("Claire Durand", "alerts 1"), ("Lise Lecture", "alerts 1")]
    assert audit.verify(database)


def test_of_two_who_click_at_once_one_takes_it(
    logged_in: Callable[..., Visit], alarm: int, database: Database
) -> None:
    nurses = [logged_in(name=name) for name in ("Claire Durand", "Paul Roux", "Zoé Petit")]
    with ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(lambda n: n.post("/equipe/a-faire/prendre", alerte=alarm), nurses))
    assert sorted(reply.status_code for reply in replies) == [303, 409, 409]
    (open_alert,) = alerts.read_alerts(database)
    for reply in replies:
        if reply.status_code == 409:
            assert f"{open_alert.taken_by} s'en occupe déjà" in text(reply.text)
    taken = [entry for entry in audit.read(database) if entry.action == "taken"]
    assert [entry.actor for entry in taken] == [open_alert.taken_by]
