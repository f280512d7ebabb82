"""The story of the demonstration, its clock around the changes of summer time."""

import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from cimento.demo.story import NUMBER, Story
from cimento.followup.schedule import PARIS
from cimento.sms.ledger import Ledger
from cimento.sms.providers.console import ConsoleProvider
from cimento.store.database import Database, open_database
from tests.followup.fakes import FakeAssistant, FakeClock

# Played 30 days before the act: the change falls between them, on the eve, on the day of the
# act, or between two moments of the story. Late in the evening Paris is already a day further.
STARTS = [
    "2027-03-10T12:00", "2027-02-25T23:30", "2027-02-26T12:00", "2027-02-24T12:00",
    "2027-10-15T12:00", "2027-09-30T22:30", "2027-10-01T12:00", "2027-09-29T12:00",
    "2027-06-01T12:00",
]  # fmt: skip


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", "for-the-tests-" * 4)


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Database:
    shutil.copy(empty_database, tmp_path / "demo.db")
    return open_database(f"sqlite:///{tmp_path}/demo.db")


@pytest.mark.parametrize("start", STARTS)
def test_every_sms_comes_at_its_hour_in_paris(start: str, database: Database) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=timezone.utc)
    phone = ConsoleProvider(Ledger(database.engine), database.engine)
    story = Story(database, phone, FakeAssistant(), 0, FakeClock(begun))
    story.enrol()
    act = begun.astimezone(PARIS).date() + timedelta(days=30)
    eve = story.now().astimezone(PARIS)
    assert (eve.date(), eve.hour, eve.minute) == (act - timedelta(days=1), 17, 59)
    while not story.finished:
        story.step()
    seen = [datetime.fromisoformat(happening.at) for happening in story.said]
    hours = [((at.date() - act).days, at.hour, at.minute) for at in seen]
    assert hours == [
        (-1, 18, 0), (0, 16, 0), (1, 10, 0), (1, 14, 0), (3, 10, 0), (3, 14, 0), (21, 10, 0)
    ]  # fmt: skip
    assert all(at.utcoffset() == at.astimezone(PARIS).utcoffset() for at in seen)
    assert [alert["kind"] for alert in story.view()["alerts"]] == ["silence", "silence"]
    assert len(phone.received_by(NUMBER)) == len(hours)


def test_time_waits_for_a_skip_and_jumps_once(database: Database) -> None:
    phone = ConsoleProvider(Ledger(database.engine), database.engine)
    story = Story(database, phone, FakeAssistant(), float("inf"))
    story.enrol()
    for jumps in range(4):
        for _ in range(3):
            story.step()
        assert len(story.said) == jumps
        story.skip()
