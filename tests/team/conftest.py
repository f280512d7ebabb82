"""What the tests of the team's pages share: the pages on a real server, and who visits them."""

import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from cimento.followup.api import make_api
from cimento.followup.protocol import read_protocol
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect, open_database
from cimento.team import sessions
from cimento.team.app import add_team
from cimento.team.roles import Role
from tests.followup.api_server import TOKEN, Served
from tests.followup.conftest import NOON, secret
from tests.followup.fakes import FakeClock
from tests.servers import PATIENCE

__all__ = ["secret"]

NAMES = {
    Role.READER: "Lise Lecture",
    Role.NURSE: "Claire Durand",
    Role.COORDINATOR: "Samir Benali",
    Role.ADMINISTRATOR: "Anne Machine",
}


class Visit:
    """A browser without a script: it keeps its cookie, and sends forms with what they hold."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.port = port
        self.token = token

    def call(
        self,
        method: str,
        path: str,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> requests.Response:
        cookie = {"Cookie": f"{sessions.COOKIE}={self.token}"} if self.token else {}
        return requests.request(
            method,
            f"http://127.0.0.1:{self.port}{path}",
            data=data,
            headers={**cookie, **(headers or {})},
            allow_redirects=False,
            timeout=PATIENCE,
            **options,
        )

    def get(self, path: str) -> requests.Response:
        return self.call("GET", path)

    def post(self, path: str, **fields: Any) -> requests.Response:
        """Send a form with the token that a page of this session would carry."""
        csrf = sessions.csrf_of(self.token) if self.token else ""
        return self.call("POST", path, {"csrf": csrf, **fields})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Database:
    shutil.copy(empty_database, tmp_path / "followup.db")
    return open_database(f"sqlite:///{tmp_path}/followup.db")


@pytest.fixture
def port(served: Served, database: Database, clock: FakeClock, tmp_path: Path) -> int:
    """The port of the pages, over an empty database, at NOON."""
    kept, protocol = SqlConversations(connect(f"sqlite:///{tmp_path}/c.db")), read_protocol()
    api = make_api(database, kept, protocol, TOKEN, clock)
    add_team(api, database, kept, protocol, clock)
    served.application = api
    return served.port


@pytest.fixture
def stranger(port: int) -> Visit:
    """A browser in which nobody is logged in."""
    return Visit(port)


@pytest.fixture
def logged_in(port: int, database: Database, clock: FakeClock) -> Callable[..., Visit]:
    """Return a browser in which somebody of a role is logged in."""

    def log_in(role: Role = Role.NURSE, name: str = "", at: datetime | None = None) -> Visit:
        name = name or NAMES[role]
        login = re.sub(r"[^a-z]", "", name.lower())
        return Visit(port, sessions.begin(database, login, name, role, at or clock.now))

    return log_in


@pytest.fixture
def nurse(logged_in: Callable[..., Visit]) -> Visit:
    return logged_in()
