"""Each route with each role: the server says who may, whatever a page shows."""

import re
from collections.abc import Callable
from html import unescape

import pytest
import requests
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError

from cimento.followup import alerts, audit
from cimento.followup.enrolment import enrol
from cimento.followup.models import AlertKind
from cimento.followup.protocol import read_protocol
from cimento.store.database import Database
from cimento.team import sessions
from cimento.team.roles import Role
from tests.followup.api_server import Served
from tests.followup.conftest import NOON, request
from tests.servers import PATIENCE
from tests.team.conftest import Visit

READER, NURSE, COORDINATOR, ADMINISTRATOR = Role
ALL, SEES, CARES = set(Role), {READER, NURSE, COORDINATOR}, {NURSE, COORDINATOR}
# Who may, of each route; None: who is logged in or not.
MATRIX: dict[tuple[str, str], set[Role] | None] = {
    ("GET", "/equipe/static/{name}"): None,
    ("GET", "/equipe/connexion"): None,
    ("POST", "/equipe/connexion"): None,
    ("GET", "/equipe/"): ALL,
    ("POST", "/equipe/deconnexion"): ALL,
    ("GET", "/equipe/a-faire"): SEES,
    ("GET", "/equipe/a-faire/etat"): SEES,
    ("POST", "/equipe/a-faire/prendre"): CARES,
    ("POST", "/equipe/a-faire/relever"): CARES,
    ("POST", "/equipe/a-faire/clore"): CARES,
    ("POST", "/equipe/a-faire/rouvrir"): CARES,
    ("GET", "/equipe/chiffres"): ALL,
    ("GET", "/equipe/chiffres.csv"): ALL,
    ("GET", "/equipe/questions"): ALL,
    ("GET", "/equipe/protocole"): ALL,
    ("GET", "/equipe/journal"): {ADMINISTRATOR},
    ("GET", "/equipe/inscrire"): CARES,
    ("POST", "/equipe/inscrire"): CARES,
    ("POST", "/equipe/inscrire/voir"): CARES,
    ("POST", "/equipe/inscrire/confirmer"): CARES,
    ("POST", "/equipe/inscrire/fichier"): {COORDINATOR},
    ("GET", "/equipe/patients"): SEES,
    ("POST", "/equipe/patients"): SEES,
    ("GET", "/equipe/patients/{id}"): SEES,
    ("POST", "/equipe/patients/{id}/{action}"): CARES,
}
CASES = [(method, path, role) for (method, path), who in MATRIX.items() if who for role in Role]


def test_the_matrix_has_every_route(served: Served, port: int) -> None:
    found = {
        (method, route.path)
        for route in served.application.routes
        if isinstance(route, APIRoute) and route.path.startswith("/equipe")
        for method in route.methods
    }
    assert found == set(MATRIX)


def send(browser: Visit, method: str, path: str) -> int:
    path = path.replace("{id}", "1").replace("{action}", "reprise")
    return (browser.get(path) if method == "GET" else browser.post(path)).status_code


@pytest.mark.parametrize(("method", "path", "role"), CASES)
def test_a_role_does_what_it_may_and_nothing_else(
    logged_in: Callable[..., Visit], database: Database, method: str, path: str, role: Role
) -> None:
    enrol(database, read_protocol(), request(), NOON)
    allowed = role in (MATRIX[method, path] or ())
    before = len(audit.read(database))
    status = send(logged_in(role), method, path)
    assert (status != 403) is allowed
    assert status < 500
    if not allowed:  # logged in, and nothing else
        assert len(audit.read(database)) == before + 1


@pytest.mark.parametrize(("method", "path"), [key for key, who in MATRIX.items() if who])
def test_nobody_who_is_not_logged_in_sees_or_does_anything(
    stranger: Visit, database: Database, method: str, path: str
) -> None:
    reply = stranger.get(path) if method == "GET" else stranger.post(path)
    assert reply.headers["Location"].startswith("/equipe/connexion")
    assert audit.read(database) == []


def test_who_may_not_see_a_number_gets_none(
    logged_in: Callable[..., Visit], database: Database
) -> None:
    name = enrol(database, read_protocol(), request(), NOON).conversation_id
    alerts.raise_alert(database, name, AlertKind.ALARM, NOON, "urgence", "mal")
    pages = [path for (method, path), who in MATRIX.items() if method == "GET" and who]
    for path in pages:
        seen = logged_in(READER).get(path.replace("{id}", "1")).text
        assert "612345678" not in seen.replace(" ", "").replace("\u00a0", ""), path
    assert "•• •• •• •• 78" in logged_in(READER).get("/equipe/a-faire").text


def test_every_page_is_closed_to_other_sites_and_kept_nowhere(
    nurse: Visit, stranger: Visit
) -> None:
    for reply in (nurse.get("/equipe/a-faire"), stranger.get("/equipe/connexion")):
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Frame-Options"] == "DENY"
        assert "style=" not in reply.text
        assert re.findall("<script[^>]*>", reply.text) in (
            [],
            ['<script src="/equipe/static/team.js" defer>'],
        )


def test_a_database_that_is_away_is_told_in_french(
    nurse: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(sessions, "find", fail)
    reply = nurse.get("/equipe/a-faire")
    assert reply.status_code == 503 and "base de données" in reply.text


def test_what_is_nowhere_is_said_in_french(nurse: Visit, stranger: Visit) -> None:
    for browser in (nurse, stranger):
        reply = browser.get("/equipe/nulle-part")
        assert reply.status_code == 404 and "Page introuvable" in reply.text
        assert browser.get("/nowhere").json() == {"detail": "Not Found"}


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/equipe/patients/abc", 404, "Page introuvable"),
        ("GET", "/equipe/patients/0", 404, "Page introuvable"),
        ("GET", "/equipe/patients/99999999999999999999", 404, "Page introuvable"),
        ("POST", "/equipe/patients/abc/pause", 404, "Page introuvable"),
        ("GET", "/equipe/a-faire/prendre", 405, "ne s'ouvre pas ainsi"),
        ("PUT", "/equipe/", 405, "ne s'ouvre pas ainsi"),
        ("GET", "/equipe/patients/%00", 404, "Page introuvable"),
    ],
)
def test_an_address_mistyped_is_answered_by_a_page(
    nurse: Visit, method: str, path: str, status: int, said: str
) -> None:
    reply = nurse.call(method, path, {"csrf": sessions.csrf_of(nurse.token or "")})
    assert reply.status_code == status and said in unescape(reply.text)
    assert "<h1>" in reply.text and reply.headers["Content-Type"].startswith("text/html")


def test_a_form_that_cannot_be_read_is_answered_in_french(nurse: Visit) -> None:
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    cookie = {"Cookie": f"{sessions.COOKIE}={nurse.token}"}
    said = [
        requests.post(
            f"http://127.0.0.1:{nurse.port}/equipe/{path}",
            body,
            headers={**cookie, **broken},
            timeout=PATIENCE,
        )
        for path, body in (("inscrire", "no"), ("connexion", "no"), ("inscrire", "x" * 20_000))
    ]
    assert [reply.status_code for reply in said] == [400, 400, 413]
    for reply, words in zip(said, ("illisible", "illisible", "C'est trop long"), strict=True):
        assert words in reply.text
