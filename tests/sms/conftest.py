"""Shared by the tests of the SMS channel: its database, and the channel served."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from cimento.channels.sms.channel import SmsInput
from cimento.settings.sms import SmsSettings
from cimento.sms.ledger import Ledger
from cimento.sms.providers.twilio import TwilioProvider
from cimento.store.database import Database, open_database
from tests.sms.server import Hearing, Server
from tests.sms.twilio import SETTINGS, Twilio


@pytest.fixture(autouse=True, scope="package")
def secret() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")
        yield


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Database:
    shutil.copy(empty_database, tmp_path / "sms.db")
    return open_database(f"sqlite:///{tmp_path / 'sms.db'}")


@pytest.fixture
def engine(database: Database) -> Engine:
    return database.engine


@pytest.fixture
def hearing() -> Hearing:
    return Hearing()


@pytest.fixture
def console(database: Database, hearing: Hearing) -> Iterator[Server]:
    channel = SmsInput(
        SmsSettings(provider="console", per_hour=8), listener=hearing, database=database
    )
    with Server(channel) as server:
        yield server


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    server = Twilio()
    yield server
    server.stop()


@pytest.fixture
def provider(twilio: Twilio, engine: Engine) -> TwilioProvider:
    return TwilioProvider(SETTINGS, Ledger(engine), twilio.client())
