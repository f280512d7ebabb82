"""Logging in by the hospital's directory: who gets in, who does not, and what is not believed."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from fastapi.routing import APIRoute

from cimento.followup import audit
from cimento.followup.api import make_api
from cimento.followup.protocol import read_protocol
from cimento.ops.processes import free_port
from cimento.settings.login import ROLES, LoginSettings
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect
from cimento.team import accounts, sessions
from cimento.team.app import add_team
from cimento.team.directory import Directory
from cimento.team.directory_login import COOKIE
from cimento.team.roles import Role
from tests.followup.api_server import TOKEN, Served
from tests.followup.conftest import NOON
from tests.followup.fakes import FakeClock
from tests.team.conftest import Visit
from tests.team.provider import Provider, running_provider
from tests.team.test_roles import MATRIX

LEAVE = "/equipe/connexion/annuaire?vers=/equipe/a-faire"
Start = Callable[..., Visit]


@pytest.fixture(scope="module")
def provider(programs: None) -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def start(
    provider: Provider, served: Served, database: Database, clock: FakeClock, tmp_path: Path
) -> Start:
    """Serve the pages with the directory of some settings; return a browser of nobody."""

    def serve(**changes: str) -> Visit:
        usual: dict[str, Any] = {
            "login": "oidc",
            "oidc_issuer": provider.issuer,
            "oidc_client_id": "cimento",
            "oidc_client_secret": "secret",
        }
        settings = LoginSettings(**{**usual, **changes})
        directory = Directory(settings, f"http://127.0.0.1:{served.port}")
        kept, protocol = SqlConversations(connect(f"sqlite:///{tmp_path}/c.db")), read_protocol()
        served.application = make_api(database, kept, protocol, TOKEN, clock)
        add_team(served.application, database, kept, protocol, clock, directory)
        return Visit(served.port)

    return serve


def leave(browser: Visit) -> tuple[str, str]:
    """Leave for the directory; return its address and the cookie of what has begun."""
    reply = browser.get(LEAVE)
    assert reply.status_code == 303
    assert "SameSite=lax" in reply.headers["Set-Cookie"]
    cookie = reply.cookies.get(COOKIE)
    assert cookie
    return reply.headers["Location"], cookie


def come_back(browser: Visit, address: str, cookie: str) -> requests.Response:
    """Follow the directory back; whoever gets in keeps their cookie."""
    parts = urlsplit(address)
    headers = {"Cookie": f"{COOKIE}={cookie}", "Sec-Fetch-Site": "cross-site"}
    reply = browser.call("GET", f"{parts.path}?{parts.query}", headers=headers)
    browser.token = reply.cookies.get(sessions.COOKIE)
    return reply


def log_in(browser: Visit, provider: Provider, subject: str, **claims: Any) -> requests.Response:
    provider.knows(subject, **claims)
    url, cookie = leave(browser)
    return come_back(browser, provider.agree(url, subject), cookie)


def test_whom_the_directory_gives_a_role_gets_in(
    start: Start, provider: Provider, database: Database
) -> None:
    browser = start()
    assert "/equipe/connexion/annuaire?vers=/equipe/a-faire" in (
        browser.get("/equipe/connexion?vers=/equipe/a-faire").text
    )
    reply = log_in(browser, provider, "u1", name="Claire Durand", roles=["nurse", "x"])
    assert reply.status_code == 200
    assert 'content="0; url=/equipe/a-faire"' in reply.text
    assert "SameSite=strict" in reply.headers["Set-Cookie"]
    page = browser.get("/equipe/a-faire").text
    assert "Claire Durand" in page and "infirmier, infirmière" in page
    (entry,) = audit.read(database)
    assert (entry.actor, entry.action) == ("Claire Durand", "log in")
    assert entry.about.startswith(sessions.OF_DIRECTORY) and "u1" not in entry.about


def test_what_is_asked_of_the_directory(start: Start, provider: Provider) -> None:
    url, _ = leave(start(oidc_acr="eidas1"))
    asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert asked["prompt"] == "login", "a directory that remembers lets in who sits down after"
    assert asked["acr_values"] == "eidas1"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20


@pytest.mark.parametrize(
    ("claims", "named"),
    [
        ({"aud": "another-application"}, "aud"),
        ({"aud": ["another-application"], "azp": "cimento"}, "aud"),
        ({"exp": int(time.time()) - 3600}, "exp"),
        ({"nonce": "of another login"}, "nonce"),
        ({"iss": "https://another.example"}, "iss"),
        ({"acr": "eidas0"}, "acr"),
        ({"name": "Claire\nDurand"}, ""),
    ],
    ids=["audience", "audience of several", "expired", "nonce", "issuer", "level", "name"],
)
def test_an_id_token_that_is_not_for_us_opens_nothing(
    start: Start,
    provider: Provider,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    claims: dict[str, Any],
    named: str,
) -> None:
    browser = start(**({"oidc_acr": "eidas1"} if "acr" in claims else {}))
    with caplog.at_level(logging.WARNING, "cimento.team"):
        reply = log_in(browser, provider, "u2", roles=["nurse"], **claims)
    assert reply.status_code == 400 and "a pas abouti" in reply.text
    assert browser.token is None and audit.read(database) == []
    (told,) = [record.getMessage() for record in caplog.records]
    assert told.endswith(f"Error {named}")


def test_a_login_comes_back_once_to_its_own_browser_and_in_time(
    start: Start, provider: Provider, clock: FakeClock, database: Database
) -> None:
    browser = start()
    provider.knows("u3", roles=["nurse"])
    url, cookie = leave(browser)
    back = provider.agree(url, "u3")
    other_url, other_cookie = leave(browser)
    assert come_back(browser, back, "").status_code == 400
    assert come_back(browser, back, "forged").status_code == 400
    assert come_back(browser, back, other_cookie).status_code == 400, "another state"
    assert come_back(browser, back, cookie).status_code == 200
    assert come_back(browser, back, cookie).status_code == 400, "replayed"
    again = provider.agree(url, "u3")  # a new code for the state that was used
    assert come_back(browser, again, cookie).status_code == 400, "replayed"
    third_url, third_cookie = leave(browser)
    late = provider.agree(third_url, "u3")
    clock.now += sessions.IDLE
    assert come_back(browser, late, third_cookie).status_code == 400
    assert [entry.action for entry in audit.read(database)] == ["log in"]


@pytest.mark.parametrize("claims", [{}, {"roles": []}, {"roles": "Nurse"}, {"roles": {"nurse": 1}}])
def test_without_a_role_nobody_gets_in(
    start: Start, provider: Provider, claims: dict[str, Any]
) -> None:
    browser = start()
    reply = log_in(browser, provider, "u4", name="Paul Roux", **claims)
    assert reply.status_code == 403 and "pas de rôle" in reply.text
    assert browser.token is None
    assert "connexion" in browser.get("/equipe/a-faire").headers["Location"]


@pytest.mark.parametrize(
    ("settings", "claims", "role"),
    [
        ({}, {"roles": "reader"}, Role.READER),
        ({}, {"roles": ["administrator", "reader", "nurse"]}, Role.NURSE),
        ({"oidc_role_claim": "a.b"}, {"a": {"b": ["coordinator"]}}, Role.COORDINATOR),
        ({"oidc_role_claim": "a.b"}, {"a.b": ["coordinator"]}, Role.COORDINATOR),
        (
            {"oidc_roles": "nurse=CN=Soins,OU=CHU; nurse = Nuit"},
            {"roles": ["Nuit", "administrator"]},
            Role.NURSE,
        ),
    ],
)
def test_the_role_is_the_one_that_the_claim_names(
    start: Start,
    provider: Provider,
    settings: dict[str, str],
    claims: dict[str, Any],
    role: Role,
) -> None:
    browser = start(**settings)
    assert log_in(browser, provider, "u5", **claims).status_code == 200
    asked = {Role.COORDINATOR: "/equipe/inscrire", Role.NURSE: "/equipe/inscrire"}
    reply = browser.get(asked.get(role, "/equipe/a-faire"))
    assert reply.status_code == 200
    said = {Role.READER: "lecture seule", Role.NURSE: "infirmier", Role.COORDINATOR: "coordination"}
    assert said[role] in reply.text


def test_two_of_one_name_are_told_apart(
    start: Start, provider: Provider, database: Database
) -> None:
    browser = start()
    same: dict[str, Any] = {"name": "Marie Martin", "roles": ["nurse"]}
    for subject in ("m1", "m2", "m1", "m2"):
        log_in(browser, provider, subject, preferred_username=subject, **same)
    names = [entry.actor for entry in audit.read(database)]
    assert names == ["Marie Martin", "Marie Martin (m2)"] * 2


def test_who_logs_out_is_logged_out_of_the_directory_too(start: Start, provider: Provider) -> None:
    browser = start()
    log_in(browser, provider, "u6", name="Claire Durand", roles=["nurse"])
    reply = browser.post("/equipe/deconnexion", partout="non")
    assert reply.status_code == 200, "a form of ours leads to no other site: a page does"
    address = reply.text.split("url=", 1)[1].split('"', 1)[0].replace("&amp;", "&")
    assert address.startswith(f"{provider.issuer}/oauth2/end_session?")
    asked = parse_qs(urlsplit(address).query)
    assert asked["post_logout_redirect_uri"] == [
        f"http://127.0.0.1:{browser.port}/equipe/connexion"
    ]
    assert asked["id_token_hint"][0].count(".") == 2 and asked["client_id"] == ["cimento"]
    assert "/equipe/connexion" in provider.page(address)
    assert "connexion" in browser.get("/equipe/a-faire").headers["Location"]


def test_who_refuses_at_the_directory_stays_outside(start: Start, provider: Provider) -> None:
    browser = start()
    url, cookie = leave(browser)
    # This provider's refusal leaves out the state, which is not looked at to let nobody in.
    reply = come_back(browser, provider.refuse(url), cookie)
    assert reply.status_code == 403 and "refusée" in reply.text
    assert browser.token is None


def test_a_directory_that_does_not_answer_is_told_of(start: Start) -> None:
    reply = start(oidc_issuer=f"http://127.0.0.1:{free_port()}").get(LEAVE)
    assert reply.status_code == 503 and "ne répond pas" in reply.text


def test_a_configuration_of_another_issuer_is_not_followed(
    start: Start, provider: Provider
) -> None:
    reply = start(oidc_issuer=provider.issuer.replace("127.0.0.1", "localhost") + "/").get(LEAVE)
    assert reply.status_code == 503


def test_with_the_directory_passwords_open_nothing(
    start: Start, database: Database, clock: FakeClock
) -> None:
    browser = start()
    accounts.add(database, "cdurand", "Claire Durand", Role.NURSE, "cheval agrafe pile", NOON)
    form = {"identifiant": "cdurand", "mot_de_passe": "cheval agrafe pile"}
    assert browser.call("POST", "/equipe/connexion", form).status_code == 405
    old = sessions.begin(database, "cdurand", "Claire Durand", Role.NURSE, clock.now)
    assert "connexion" in Visit(browser.port, old).get("/equipe/a-faire").headers["Location"]


def test_without_it_its_sessions_open_nothing(
    port: int, database: Database, clock: FakeClock
) -> None:
    old = sessions.begin(database, f"{sessions.OF_DIRECTORY}1", "Claire", Role.NURSE, clock.now)
    assert "connexion" in Visit(port, old).get("/equipe/a-faire").headers["Location"]


def test_no_route_is_forgotten(start: Start, served: Served) -> None:
    """The matrix of the roles has all the others."""
    start()
    found = {
        (method, route.path)
        for route in served.application.routes
        if isinstance(route, APIRoute) and route.path.startswith("/equipe")
        for method in route.methods
    }
    ours = {("GET", "/equipe/connexion/annuaire"), ("GET", "/equipe/connexion/retour")}
    assert found == set(MATRIX) - {("POST", "/equipe/connexion")} | ours


def test_a_flood_of_logins_is_held_up(start: Start) -> None:
    browser = start()
    statuses = [browser.get("/equipe/connexion/retour").status_code for _ in range(31)]
    assert statuses == [400] * 30 + [429]


def test_the_settings_name_the_roles_that_there_are() -> None:
    assert tuple(role.value for role in Role) == ROLES
