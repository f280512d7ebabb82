"""Who gets in, for how long, and how somebody is kept out."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cimento.followup import audit
from cimento.store.database import Database
from cimento.team import accounts, sessions
from cimento.team.accounts import LOCKED_FOR, MOST_FAILURES, AccountRefused
from cimento.team.roles import Role
from tests.followup.conftest import NOON
from tests.followup.fakes import FakeClock
from tests.team.conftest import Visit

PASSWORD = "cheval agrafe pile"


@pytest.fixture
def account(database: Database) -> None:
    accounts.add(database, "cdurand", "Claire Durand", Role.NURSE, PASSWORD, NOON)


def log_in(browser: Visit, password: str = PASSWORD, **fields: str) -> int:
    """Log in as cdurand; keep the cookie; return the status."""
    form = {"identifiant": "CDurand ", "mot_de_passe": password, **fields}
    reply = browser.call("POST", "/equipe/connexion", form)
    cookie = reply.headers.get("Set-Cookie", "")
    browser.token = cookie.partition("=")[2].partition(";")[0] or None
    return reply.status_code


@pytest.mark.usefixtures("account")
def test_the_right_password_opens_what_was_asked_for(stranger: Visit) -> None:
    asked = stranger.get("/equipe/?a=1")
    assert asked.headers["Location"] == "/equipe/connexion?vers=/equipe/?a=1"
    form = {"identifiant": "cdurand", "mot_de_passe": PASSWORD, "vers": "/equipe/?a=1"}
    reply = stranger.call("POST", "/equipe/connexion", form)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/equipe/?a=1")
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-equipe=")
    for part in ("HttpOnly", "Path=/", "SameSite=strict", "Secure"):
        assert part in cookie
    assert "Domain" not in cookie


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/equipe/\\evil"])
def test_the_login_leads_to_no_other_site(stranger: Visit, back: str) -> None:
    form = {"identifiant": "cdurand", "mot_de_passe": PASSWORD, "vers": back}
    reply = stranger.call("POST", "/equipe/connexion", form)
    assert reply.headers["Location"] == "/equipe/"
    assert "evil" not in stranger.get(f"/equipe/connexion?vers={back}").text


@pytest.mark.usefixtures("account")
def test_wrong_passwords_lock_for_some_minutes_and_say_no_more(
    stranger: Visit, clock: FakeClock, database: Database
) -> None:
    for _ in range(MOST_FAILURES):
        assert log_in(stranger, "wrong") == 401
    assert log_in(stranger) == 401  # the right one, too early
    nobody = stranger.call("POST", "/equipe/connexion", {"identifiant": "nobody"})
    assert "inconnu" in nobody.text
    clock.now += LOCKED_FOR
    assert log_in(stranger) == 303
    assert [entry.action for entry in audit.read(database)] == ["account", "locked", "log in"]


def test_a_flood_of_attempts_is_held_up(stranger: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "check", lambda *_: None)  # quicker: no password is right
    statuses = [log_in(stranger, "x") for _ in range(31)]
    assert statuses == [401] * 30 + [429]


@pytest.mark.usefixtures("account")
def test_a_session_ends_when_idle_and_at_the_end_of_a_day(
    stranger: Visit, clock: FakeClock
) -> None:
    assert log_in(stranger) == 303
    clock.now += sessions.IDLE - timedelta(seconds=1)
    assert "Location" in stranger.get("/equipe/").headers
    assert "connexion" not in stranger.get("/equipe/").headers["Location"]
    clock.now += sessions.IDLE
    assert "connexion" in stranger.get("/equipe/").headers["Location"]
    assert log_in(stranger) == 303
    for _ in range(60):
        clock.now += timedelta(minutes=12)
        last = stranger.get("/equipe/").headers["Location"]
    assert "connexion" in last


def test_a_page_left_open_keeps_no_session_alive(nurse: Visit, clock: FakeClock) -> None:
    for _ in range(3):
        clock.now += timedelta(minutes=6)
        reply = nurse.get("/equipe/a-faire/etat")
    assert "connexion" in reply.headers["Location"]


def test_logging_out_everywhere_ends_all_browsers_of_one(logged_in: Callable[..., Visit]) -> None:
    first, second, third = logged_in(), logged_in(), logged_in()
    other = logged_in(name="Paul Roux")
    first.post("/equipe/deconnexion", partout="non")
    assert "connexion" in first.get("/equipe/").headers["Location"]
    assert "connexion" not in second.get("/equipe/").headers["Location"]
    second.post("/equipe/deconnexion", partout="oui")
    assert "connexion" in third.get("/equipe/").headers["Location"]
    assert "connexion" not in other.get("/equipe/").headers["Location"]


@pytest.mark.usefixtures("account")
def test_another_password_or_a_removal_logs_out(stranger: Visit, database: Database) -> None:
    assert log_in(stranger) == 303
    accounts.add(database, "cdurand", "Claire Durand", Role.READER, PASSWORD + "2", NOON)
    assert "connexion" in stranger.get("/equipe/").headers["Location"]
    assert log_in(stranger, PASSWORD + "2") == 303
    assert accounts.remove(database, "cdurand", NOON)
    assert "connexion" in stranger.get("/equipe/").headers["Location"]
    assert not accounts.remove(database, "cdurand", NOON)


def test_what_is_no_account_is_refused(database: Database) -> None:
    accounts.add(database, "cdurand", "Claire Durand", Role.NURSE, PASSWORD, NOON)
    for login, name, password in [
        ("Claire", "Claire D", PASSWORD),
        ("claire", "Claire Durand", PASSWORD),  # whose alerts would be whose?
        ("claire", "Claire D", "short"),
    ]:
        with pytest.raises(AccountRefused):
            accounts.add(database, login, name, Role.NURSE, password, NOON)


def test_neither_password_nor_session_is_stored_in_clear(
    stranger: Visit, database: Database, account: None
) -> None:
    assert log_in(stranger) == 303
    assert stranger.token
    stored = b"".join(file.read_bytes() for file in _files(database))
    assert PASSWORD.encode() not in stored
    assert stranger.token.encode() not in stored
    assert b"$argon2id$" in stored


def _files(database: Database) -> list[Path]:
    file = Path(database.engine.url.database)
    return list(file.parent.glob(f"{file.name}*"))


def test_a_link_of_a_webmail_finds_the_session_again(nurse: Visit) -> None:
    """SameSite=Strict keeps the cookie back at first: a page of ours asks for the same again."""
    asked = Visit(nurse.port).call(
        "GET", "/equipe/a-faire", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert asked.status_code == 200
    assert 'http-equiv="refresh" content="0; url=/equipe/a-faire"' in asked.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_sends_no_form(nurse: Visit, site: str) -> None:
    good = {"csrf": sessions.csrf_of(nurse.token or "")}
    for path in ("/equipe/deconnexion", "/equipe/connexion"):
        reply = nurse.call("POST", path, good, headers={"Sec-Fetch-Site": site})
        assert reply.status_code == 403
    assert nurse.call("POST", "/equipe/deconnexion", {"csrf": "x"}).status_code == 403
    assert "connexion" not in nurse.get("/equipe/").headers["Location"]
