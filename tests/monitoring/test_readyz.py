"""Each part broken, one by one: /readyz is red, and the doctor says the same words."""

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cimento.ops.doctor import warnings
from cimento.ops.processes import wait_until
from cimento.settings.paths import ROOT
from cimento.store.database import connect, upgrade
from cimento.store.heartbeat import PURGE, TICK, beat
from tests.disk import full
from tests.followup import services
from tests.monitoring.conftest import TOKEN, Installation
from tests.servers import PATIENCE, Assistant
from tests.sms.server import Server

if TYPE_CHECKING:
    from rasa.core.agent import Agent

GREEN = ["actions", "alerts", "carrier", "conversations", "database", "disk", "model", "purge", "worker"]  # fmt: skip


def ask(port: int, path: str = "/readyz", **headers: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON of an answer. Headers are named with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=named)
    try:
        reply = urllib.request.urlopen(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        reply = error
    with reply:
        assert reply.headers["Cache-Control"] == "no-store"
        return reply.status, json.loads(reply.read())


def red(port: int) -> dict[str, str]:
    """Return what is said of each part that is red; the status says the same."""
    status, told = ask(port)
    found = {part: said for part, said in told["parts"].items() if said != "ok"}
    assert (status, told["status"]) == ((503, "not ready") if found else (200, "ready"))
    return found


@contextmanager
def _late(at: Installation, name: str, ago: timedelta) -> Iterator[None]:
    engine, now = connect(at.url("followup")), datetime.now(timezone.utc)
    beat(engine, name, now - ago)
    yield
    beat(engine, name, now)


@contextmanager
def _locked(url: str) -> Iterator[None]:
    """Hold the write lock of a database, as a backup or a stuck process does."""
    with connect(url).begin():
        yield


@contextmanager
def no_actions(at: Installation) -> Iterator[None]:
    at.actions.shutdown()
    at.actions.socket.close()
    yield


@contextmanager
def no_smsbox(at: Installation) -> Iterator[None]:
    at.smsbox.close()
    yield


@contextmanager
def an_alert_waits(at: Installation) -> Iterator[None]:
    file = at.folder / "spool" / "1.alert"
    file.parent.mkdir()
    file.touch()
    yield
    file.unlink()


BROKEN: dict[str, tuple[str, Callable[[Installation], Any]]] = {
    "the action server is stopped": ("actions", no_actions),
    "smsbox is stopped": ("carrier", no_smsbox),
    "an alert was not told": ("alerts", an_alert_waits),
    "the worker hangs": ("worker", lambda at: _late(at, TICK, timedelta(minutes=6))),
    "the purge fails": ("purge", lambda at: _late(at, PURGE, timedelta(hours=27))),
    "the follow-ups are locked": ("database", lambda at: _locked(at.url("followup"))),
    "the disk of the database is full": ("database", full),
    "the conversations are locked": ("conversations", lambda at: _locked(at.url("conversations"))),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_part_is_red_and_the_doctor_says_the_same(
    installation: Installation, server: Server, how: str
) -> None:
    part, broken = BROKEN[how]
    assert red(server.port) == {}
    with broken(installation):
        said = red(server.port)[part]
        assert said in warnings(installation.folder)
    if part not in ("actions", "carrier"):  # those are not started again here
        assert red(server.port) == {}


def test_all_that_can_be_asked_is_asked(server: Server) -> None:
    assert sorted(ask(server.port)[1]["parts"]) == GREEN


def test_a_disk_that_is_nearly_full_is_red(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("CIMENTO_FREE_MEGABYTES", str(10**9))
    # Others write to this disk while the two look at it.
    usage = shutil.disk_usage(ROOT)
    monkeypatch.setattr("cimento.store.disk.shutil.disk_usage", lambda folder: usage)
    server = request.getfixturevalue("server")
    (said,) = red(server.port).values()
    assert "MB free" in said
    assert said in warnings()


def test_without_a_model_it_is_red(agent: "Agent", server: Server) -> None:
    untrained = type(agent)()  # as Rasa makes one when it finds no model
    server.assistant.is_ready = agent.is_ready  # type: ignore[attr-defined]
    assert red(server.port) == {}
    server.assistant.is_ready = untrained.is_ready  # type: ignore[attr-defined]
    said = red(server.port)
    assert list(said) == ["model"]
    assert said["model"] in warnings()
    assert ask(server.port, "/livez") == (200, {"status": "alive"})


@pytest.fixture
def on_postgresql(
    installation: Installation,
    postgres_server: services.Postgres,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    url = postgres_server.new_database()
    upgrade(engine := connect(url))
    for name in (TICK, PURGE):
        beat(engine, name, datetime.now(timezone.utc))
    engine.dispose()
    monkeypatch.setenv("CIMENTO_DATABASE_URL", url)
    return url


def test_a_postgresql_that_is_down_or_read_only_is_red(
    on_postgresql: str, postgres_server: services.Postgres, server: Server
) -> None:
    assert red(server.port) == {}
    postgres_server.control("stop")
    try:
        said = red(server.port)["database"]
    finally:
        postgres_server.control("start")
    assert "OperationalError" in said
    assert red(server.port) == {}
    with connect(on_postgresql).connect() as connection:
        name = connection.engine.url.database
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(sa.text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    postgres_server.control("restart")
    assert "ReadOnlySqlTransaction" in red(server.port)["database"]


def test_a_stranger_learns_that_it_is_broken_and_nothing_else(
    installation: Installation, server: Server
) -> None:
    with no_smsbox(installation):
        through_a_proxy = {"X_Forwarded_For": "192.0.2.1"}
        for headers in (through_a_proxy, {"Host": "chu.example"}, {"Origin": "http://evil"}):
            assert ask(server.port, **headers) == (503, {"status": "not ready"})
        wrong = {**through_a_proxy, "Authorization": f"Bearer {TOKEN}x"}
        assert ask(server.port, **wrong) == (503, {"status": "not ready"})
        right = {**through_a_proxy, "Authorization": f"Bearer {TOKEN}"}
        assert ask(server.port, **right)[1]["parts"].keys() == set(GREEN)


def test_what_is_said_holds_no_secret(installation: Installation, server: Server) -> None:
    settings = installation.settings()
    with no_smsbox(installation), _locked(installation.url("followup")):
        said = json.dumps(ask(server.port)[1])
    for name in ("SECRET", "API_TOKEN", "MONITOR_TOKEN", "KANNEL_PASSWORD", "KANNEL_SECRET"):
        assert settings[name] not in said


def test_the_running_assistant_is_ready_and_red_without_its_actions(assistant: Assistant) -> None:
    assert red(assistant.port) == {}
    with assistant.without_actions():
        # What was found before is said for some seconds.
        wait_until(lambda: "actions" in red(assistant.port), PATIENCE)
