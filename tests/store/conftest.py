"""New databases of both kinds, and the secret that the first release's rows were made with."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from cimento.store.database import connect
from tests.followup import services


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Return what gives the URL of a new database, each time."""
    numbers = count()

    def sqlite() -> str:
        return f"sqlite:///{tmp_path}/{next(numbers)}.db"

    def postgresql() -> str:
        server: services.Postgres = request.getfixturevalue("postgres_server")
        url = server.new_database()
        with connect(url).begin() as connection:  # a server that does not live in UTC
            name = connection.engine.url.database
            connection.execute(sa.text(f"ALTER DATABASE {name} SET timezone TO 'Europe/Paris'"))
        return url

    return postgresql if request.param == "postgresql" else sqlite


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    return new_url()
