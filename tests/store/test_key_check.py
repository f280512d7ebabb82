"""With another secret than a database was filled with, nothing starts and nothing is denied."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from cimento.__main__ import main
from cimento.followup import people
from cimento.ops.preflight import check_keys
from cimento.sms.numbers import international
from cimento.store.conversations import open_conversations
from cimento.store.database import connect, open_database, upgrade
from cimento.store.key_check import WrongSecretError
from cimento.store.tracker_store import BoundedSQLTrackerStore
from cimento.store.vault import conversation_id
from tests.followup.conftest import NOON
from tests.followup.services import Postgres
from tests.followup.typed import NUMBER, Output, about

STORES = ("DATABASE_URL", "CONVERSATIONS_URL")


@pytest.fixture
def other_secret(monkeypatch: pytest.MonkeyPatch) -> str:
    """Another secret than the one in force, which the installation is made with."""
    monkeypatch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")
    return "another secret, of a machine that was added"


@pytest.fixture
async def patient(tmp_path: Path, other_secret: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody of whom the number and a message are kept."""
    for name in STORES:
        monkeypatch.setenv(f"CIMENTO_{name}", f"sqlite:///{tmp_path}/{name}.db")
    monkeypatch.setenv("CIMENTO_QUEUE_URL", f"sqlite:///{tmp_path}/queue.db")
    number = international(NUMBER)
    people.remember(open_database(f"sqlite:///{tmp_path}/DATABASE_URL.db"), number, NOON)
    conversation = conversation_id(number)
    said = DialogueStateTracker.from_events(conversation, [UserUttered("j'ai mal")])
    await BoundedSQLTrackerStore(Domain.empty()).save(said)
    return conversation


def forget_its_check(database: Path) -> None:
    """Make a database of a release that had none."""
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE key_check")


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("wrong", STORES)
async def test_nothing_is_denied_or_done_with_another_secret(
    patient: str,
    other_secret: str,
    tmp_path: Path,
    wrong: str,
    older: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
) -> None:
    if older:
        for name in STORES:
            forget_its_check(tmp_path / f"{name}.db")
    right = next(name for name in STORES if name != wrong)
    with monkeypatch.context() as there:
        there.setenv("CIMENTO_SECRET", other_secret)
        there.setenv(f"CIMENTO_{right}", f"sqlite:///{tmp_path}/new.db")
        for command in ("forget", "export"):
            assert about(NUMBER, command) == 1
            told = capsys.readouterr()
            assert f"CIMENTO_{wrong} was filled with another secret" in told.err
            assert "held" not in told.out and "erased" not in told.out
        assert main(["followup", "purge"]) == 1
        with pytest.raises(WrongSecretError, match=wrong):
            check_keys()
    assert len(open_conversations().read(patient)) == 1
    assert about(NUMBER, "forget") == 0
    assert "is erased" in capsys.readouterr().out


async def test_a_server_does_not_open_conversations_of_another_secret(
    patient: str, other_secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", other_secret)
    with pytest.raises(WrongSecretError, match="CIMENTO_CONVERSATIONS_URL"):
        BoundedSQLTrackerStore(Domain.empty())


def test_a_database_that_is_away_keeps_no_server_from_starting(
    tmp_path: Path, other_secret: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    (tmp_path / "folder").mkdir()  # no database can be there
    for name in STORES:
        monkeypatch.setenv(f"CIMENTO_{name}", f"sqlite:///{tmp_path}/folder")
    check_keys()
    assert capsys.readouterr().out.count("the database does not answer") == len(STORES)


def test_two_stores_in_one_postgresql_opened_by_many_at_once_have_one_check(
    postgres_server: Postgres, other_secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_server.new_database()
    upgrade(connect(url))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: open_database(url), range(4)))
        list(threads.map(lambda _: BoundedSQLTrackerStore(Domain.empty(), url=url), range(4)))
    with connect(url).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM key_check").scalar() == 1
    monkeypatch.setenv("CIMENTO_SECRET", other_secret)
    with pytest.raises(WrongSecretError, match="CIMENTO_DATABASE_URL"):
        open_database(url)
