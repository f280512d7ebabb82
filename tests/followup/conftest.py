"""What the tests of the follow-ups share: a secret, an empty database, one way to enrol."""

import shutil
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest
from fastapi import FastAPI

from cimento.followup.api import make_api
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, Request, enrol
from cimento.followup.models import Delivery
from cimento.followup.protocol import Protocol, read_protocol
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect, open_database
from tests.followup import services
from tests.followup.api_server import TOKEN, Client, Served
from tests.followup.fakes import FakeAssistant, FakeClock, FileGateway

# A Tuesday, 12:00 in Paris
NOON = datetime(2027, 3, 9, 11, tzinfo=timezone.utc)
ROTA = """
- {name: Claire Durand, sms: 06 11 11 11 11}
- {name: Paul Roux, sms: 06 22 22 22 22}
"""


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
def rota(tmp_path: Path) -> Path:
    """Two people who are always on duty, Claire Durand first."""
    file = tmp_path / "rota.yml"
    file.write_text(ROTA)
    return file


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


# What enrols somebody through the API.
BODY = {
    "number": request().number,
    "discharge": request().discharge,
    "consent_by": request().consent_by,
    "consent_at": request().consent_at,
}


@pytest.fixture
def client(served: Served, database: Database, protocol: Protocol, tmp_path: Path) -> Client:
    conversations = SqlConversations(connect(f"sqlite:///{tmp_path}/conversations.db"))
    served.application = make_api(database, conversations, protocol, TOKEN, clock=lambda: NOON)
    return Client(served.port)


@pytest.fixture(scope="module")
def lasting_api(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> FastAPI:
    """One API for all that is refused: a request that it should not survive harms the next."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copy(empty_database, folder / "followup.db")
    database = open_database(f"sqlite:///{folder}/followup.db")
    conversations = SqlConversations(connect(f"sqlite:///{folder}/conversations.db"))
    return make_api(database, conversations, read_protocol(), TOKEN, clock=lambda: NOON)


@pytest.fixture
def stranger(served: Served, lasting_api: FastAPI) -> Client:
    """Somebody whose requests are refused, whatever was asked before."""
    served.application = lasting_api
    return Client(served.port)


@pytest.fixture
def commands(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command finds in its environment."""
    monkeypatch.setenv("CIMENTO_DATABASE_URL", url)
    monkeypatch.setenv("CIMENTO_QUEUE_URL", f"sqlite:///{tmp_path}/queue.db")
    monkeypatch.setenv("CIMENTO_CONVERSATIONS_URL", f"sqlite:///{tmp_path}/conversations.db")
    monkeypatch.setenv("CIMENTO_API_TOKEN", "a-token-for-the-tests")
    for name in ("CIMENTO_SMTP_URL", "CIMENTO_ALERT_TO"):
        monkeypatch.delenv(name, raising=False)
