"""Shared by the tests of the SMS channel: its database, and the channel served."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from channels.sms.channel import SmsInput
from channels.sms.database import open_database
from channels.sms.settings import SmsSettings
from tests.sms.server import Hearing, Server


@pytest.fixture(autouse=True, scope="package")
def secret() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")
        yield


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'sms.db'}")


@pytest.fixture
def hearing() -> Hearing:
    return Hearing()


@pytest.fixture
def console(engine: Engine, hearing: Hearing) -> Iterator[Server]:
    channel = SmsInput(SmsSettings(per_hour=8), listener=hearing, engine=engine)
    with Server(channel) as server:
        yield server
