"""Inscrire: nothing is sent that was not shown; a file reports each of its lines."""

import html
import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from cimento.followup import audit
from cimento.followup.models import Enrolment, Person
from cimento.store.database import Database
from cimento.team import sessions
from cimento.team.roles import Role
from tests.team.conftest import Visit
from tests.team.test_todo import text

FORM = {
    "number": "06 12 34 56 78",
    "ward_reference": "K7-0312",
    "discharge": "09/03/2027 16 h",
    "act": "",
    "consent_by": "Claire Durand",
    "consent_at": "09/03/2027 11 h",
}


def rows(database: Database) -> int:
    with database.begin() as session:
        tables = (Enrolment, Person)
        counts = [sa.select(sa.func.count()).select_from(table) for table in tables]
        return sum(session.execute(count).scalar_one() for count in counts)


def test_what_will_be_sent_is_shown_before_anything_is_kept(
    nurse: Visit, database: Database
) -> None:
    assert "Claire Durand" in nurse.get("/equipe/inscrire").text
    seen = nurse.post("/equipe/inscrire/voir", **FORM)
    page = text(seen.text)
    for said in ("Jour du retour aujourd'hui, 16 h", "Lendemain du retour : question demain, 10 h",
                 "Trois semaines après mardi 30 mars, 10 h", "Urgence : 15, 112"):  # fmt: skip
        assert said in page, said
    assert rows(database) == 0
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', seen.text))
    fields = {name: html.unescape(value) for name, value in hidden.items() if name != "csrf"}
    assert fields == FORM
    again = nurse.post("/equipe/inscrire", **fields).text
    assert 'value="09/03/2027 16 h"' in again
    done = nurse.post("/equipe/inscrire/confirmer", **fields).headers["Location"]
    assert done == "/equipe/patients/1?fait=inscrit"
    assert "Le patient est inscrit." in text(nurse.get(done).text)
    second = nurse.post("/equipe/inscrire/voir", **{**FORM, "discharge": "10/03/2027 9 h"})
    assert "sera corrigé, pas doublé" in text(second.text)
    assert ("Claire Durand", "enrol") in [(e.actor, e.action) for e in audit.read(database)]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("number", "05 56 79 56 79", "pas un mobile"),
        ("discharge", "demain", "n'est pas lisible"),
        ("discharge", "01/03/2027 16 h", "plus de 24 heures"),
        ("act", "10/03/2027 8 h", "précéder la sortie"),
        ("consent_by", "", "Le nom manque"),
        ("consent_at", "", "la date manque"),
        ("ward_reference", "x" * 51, "50 caractères"),
    ],
)
@pytest.mark.parametrize("action", ["voir", "confirmer"])
def test_a_refusal_stands_beside_its_field(
    nurse: Visit, database: Database, action: str, name: str, value: str, said: str
) -> None:
    refused = nurse.post(f"/equipe/inscrire/{action}", **{**FORM, name: value})
    assert refused.status_code == 409
    beside = re.search(rf'id="{name}-refus">([^<]*)<', refused.text)
    assert beside and said in html.unescape(beside[1])
    assert len(re.findall('aria-invalid="true"', refused.text)) == 1
    assert rows(database) == 0


def test_each_line_of_a_file_is_reported_and_the_refused_are_given_back(
    logged_in: Callable[..., Visit], database: Database
) -> None:
    coordinator = logged_in(Role.COORDINATOR)
    lines = (
        "Numéro;Sortie;Acte;Accord recueilli par;Accord du;Référence\r\n"
        "06 12 34 56 78;09/03/2027 16:00;;Mme Désiré;09/03/2027 11:00;K7-1\r\n"
        "05 56 79 56 79;09/03/2027 16:00;;Mme Désiré;09/03/2027 11:00;=1+1\r\n"
    )
    done = coordinator.call(
        "POST", "/equipe/inscrire/fichier",
        {"csrf": sessions.csrf_of(coordinator.token or "")},
        files={"fichier": ("patients.csv", lines.encode("cp1252"), "text/csv")},
    )  # fmt: skip
    page = text(done.text)
    assert "1 inscrits, 1 refusés" in page
    assert "Ligne 2 (K7-1) inscrit" in page and "pas un mobile" in page
    link = re.search(r'href="data:text/csv;charset=utf-8,([^"]*)"', done.text)
    assert link
    head, line = unquote(link[1]).removeprefix("\ufeff").splitlines()
    assert head == "numéro;sortie;accord recueilli par;accord du;acte;référence;motif"
    assert line.startswith("05 56 79 56 79;09/03/2027 16:00;Mme Désiré;09/03/2027 11:00;;'=1+1;")
    assert rows(database) == 2


@pytest.mark.parametrize("content", [b"", b"\0;\0", b"nom;prenom\n"])
def test_what_is_no_such_file_is_refused(
    logged_in: Callable[..., Visit], database: Database, content: bytes
) -> None:
    coordinator = logged_in(Role.COORDINATOR)
    reply = coordinator.call(
        "POST", "/equipe/inscrire/fichier",
        {"csrf": sessions.csrf_of(coordinator.token or "")},
        files={"fichier": ("x.csv", content, "text/csv")},
    )  # fmt: skip
    assert reply.status_code == 200
    assert re.search("Colonnes manquantes|caractères nuls", text(reply.text))
    assert rows(database) == 0


def test_a_file_that_is_too_large_is_refused_unread(nurse: Visit) -> None:
    reply = nurse.call("POST", "/equipe/inscrire/fichier", {"csrf": "x" * 1_000_001})
    assert reply.status_code == 413
