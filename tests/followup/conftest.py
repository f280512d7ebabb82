"""What the tests of the follow-ups share: a secret, an empty database, one way to enrol."""

import shutil
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest

from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, Request, enrol
from cimento.followup.models import Delivery
from cimento.followup.protocol import Protocol, read_protocol
from cimento.store.database import Database, open_database
from tests.followup import services
from tests.followup.fakes import FakeAssistant, FakeClock, FileGateway

# A Tuesday, 12:00 in Paris
NOON = datetime(2027, 3, 9, 11, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", "for-the-tests-" * 4)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/followup.db"


@pytest.fixture
def database(url: str, empty_database: Path) -> Database:
    shutil.copy(empty_database, url.removeprefix("sqlite:///"))
    return open_database(url)


@pytest.fixture
def protocol() -> Protocol:
    return read_protocol()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def gateway(tmp_path: Path) -> FileGateway:
    return FileGateway(tmp_path / "sent")


@pytest.fixture
def fake_assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def dispatcher(
    database: Database,
    protocol: Protocol,
    gateway: FileGateway,
    fake_assistant: FakeAssistant,
    clock: FakeClock,
) -> Dispatcher:
    return Dispatcher(Deliveries(database, protocol), gateway, fake_assistant, clock)


def request(number: str = "0612345678", **changes: str) -> Request:
    """Return a request that is accepted at NOON: discharged at 16:00, act that morning."""
    usual = {
        "number": number,
        "discharge": "2027-03-09T16:00",
        "consent_by": "Mme Durand",
        "consent_at": "2027-03-09T11:00",
    }
    return Request(**{**usual, **changes})


@pytest.fixture
def enrolled(database: Database, protocol: Protocol) -> Enrolled:
    return enrol(database, protocol, request(), NOON)


@pytest.fixture
def state_of(database: Database) -> Callable[[str], str]:
    """Return the state of the one delivery of a step."""

    def read(step: str) -> str:
        with database.begin() as session:
            return str(session.query(Delivery).filter_by(step=step).one().state)

    return read


@pytest.fixture
def postgres(postgres_server: services.Postgres) -> str:
    """Return the URL of a new database."""
    return postgres_server.new_database()
