"""Never lost, never twice: workers killed at each stage, several at once, services restarted."""

import signal
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cimento.followup.enrolment import enrol
from cimento.followup.models import State
from cimento.followup.overview import counts
from cimento.followup.protocol import read_protocol
from cimento.followup.worker import Jobs, open_queue, schedule_jobs
from cimento.ops.processes import wait_until
from cimento.settings.worker import WorkerSettings
from cimento.store.conversations import SqlConversations
from cimento.store.database import connect, open_database, upgrade
from tests.followup import services
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FileGateway
from tests.followup.worker_process import STAGES, launch, make_dispatcher
from tests.servers import PATIENCE

DAY_1 = NOON + timedelta(days=1)  # the first check-in is due since 10:00
LATER = DAY_1 + timedelta(hours=1)  # a claim of DAY_1 is old by then, on the slowest machine

pytestmark = pytest.mark.usefixtures("programs")


def enrol_many(url: str, number: int) -> None:
    """Enrol people whose advice of the day is dropped later, and whose check-in is due DAY_1."""
    database = open_database(url)
    for index in range(number):
        enrol(database, read_protocol(), request(f"+336{index:08d}"), NOON)


def verdict(
    capsys: pytest.CaptureFixture[str], what: str, url: str, sent: FileGateway, people: int
) -> Counter[str]:
    """Print what was lost and doubled; fail if anything was. Return the states."""
    states = Counter(counts(open_database(url)))
    known = states[State.SENT]
    doubled = sum(n - 1 for n in sent.sent().values())
    lost = people - known - states[State.UNKNOWN]
    with capsys.disabled():
        print(f"\n{what}: {people} to send, {known} sent, {lost} lost, {doubled} doubled", end="")
        print(f", {states[State.UNKNOWN]} handed to a human" if states[State.UNKNOWN] else "")
    assert (lost, doubled) == (0, 0)
    assert len(sent.sent()) >= known
    return states


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("url"))
    url = str(request.getfixturevalue("postgres"))
    upgrade(connect(url))
    return url


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_killed_at_any_stage_loses_and_doubles_nothing(
    any_url: str, stage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people, file = 6, tmp_path / "sent"
    enrol_many(any_url, people)
    base = {"database": any_url, "sent": str(file)}
    killed = launch(tmp_path, **base, now=DAY_1.isoformat(), stage=stage, at=3)
    assert killed.finish() == -signal.SIGKILL
    before = len(FileGateway(file).lines())
    assert 0 < before < people

    # At once, the claim is left alone; once it is old, the provider is asked.
    assert launch(tmp_path, **base, now=DAY_1.isoformat()).finish() == 0
    claimed = 0 if stage in ("before_claim", "after_record") else 1
    assert counts(open_database(any_url)).get(State.CLAIMED, 0) == claimed
    assert launch(tmp_path, **base, now=LATER.isoformat()).finish() == 0
    verdict(capsys, f"SIGKILL {stage}", any_url, FileGateway(file), people)
    assert len(FileGateway(file).sent()) == people


@pytest.mark.parametrize("stage", ["after_claim", "after_send", "before_record"])
def test_what_the_provider_cannot_tell_goes_to_a_human(
    url: str, stage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people, file = 4, tmp_path / "sent"
    enrol_many(url, people)
    base = {"database": url, "sent": str(file), "knows": False}
    killed = launch(tmp_path, **base, now=DAY_1.isoformat(), stage=stage, at=2)
    assert killed.finish() == -signal.SIGKILL
    assert launch(tmp_path, **base, now=LATER.isoformat()).finish() == 0
    states = verdict(capsys, f"SIGKILL {stage}, silent provider", url, FileGateway(file), people)
    assert states[State.UNKNOWN] == 1


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_at_once(
    any_url: str, workers: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people, file, meeting, times = 120, tmp_path / "sent", tmp_path / "meeting", 5
    meeting.mkdir()
    enrol_many(any_url, people)
    base = {"database": any_url, "sent": str(file)}
    together = {**base, "now": DAY_1.isoformat(), "meeting": (meeting, workers, times)}
    running = [launch(tmp_path, **together) for _ in range(workers - 1)]
    dying = launch(tmp_path, **together, stage="after_send", at=times)
    assert [worker.finish() for worker in running] == [0] * (workers - 1)
    assert dying.finish() == -signal.SIGKILL
    assert all(worker.outcomes()["sent"] >= times for worker in running)
    assert launch(tmp_path, **base, now=LATER.isoformat()).finish() == 0
    verdict(capsys, f"{workers} workers, one killed", any_url, FileGateway(file), people)
    assert len(FileGateway(file).sent()) == people


def test_redis_and_postgres_restarted_in_the_middle(
    postgres_server: services.Postgres,
    postgres: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    people, file, gate = 150, tmp_path / "sent", tmp_path / "gate"
    upgrade(connect(postgres))
    enrol_many(postgres, people)
    options = {"database": postgres, "sent": str(file)}
    gate.write_text("0")
    with services.running_redis() as redis:
        together = {**options, "now": DAY_1.isoformat(), "queue": redis.url, "gate": str(gate)}
        workers = [launch(tmp_path, **together) for _ in range(2)]
        ticking = _ticks(postgres, redis, options)
        sent = FileGateway(file)

        def answer(number: int) -> None:
            """Let the provider answer `number` SMS; it is reached by one more, or by all."""
            gate.write_text(str(number))
            _drive(ticking, lambda: len(sent.lines()) > min(number, people - 1))

        answer(people // 3)
        redis.restart()  # in the middle of a call
        answer(2 * people // 3)
        gate.write_text(str(people - 1))
        postgres_server.control("restart")  # anywhere, with one call at least to come
        gate.write_text(str(people))
        _drive(ticking, lambda: _claimed_or_sent(postgres) == people)
        for worker in workers:
            worker.interrupt()
        assert [worker.finish() for worker in workers] == [0, 0]
    assert launch(tmp_path, **options, now=LATER.isoformat()).finish() == 0
    verdict(capsys, "Redis and PostgreSQL restarted", postgres, FileGateway(file), people)
    assert len(FileGateway(file).sent()) == people


def _ticks(url: str, redis: services.Redis, options: dict[str, Any]) -> Callable[[], object]:
    """Return what asks for a tick, as the calendar does every minute."""
    dispatcher = make_dispatcher(options, lambda: DAY_1)
    none = SqlConversations(connect(url))
    unused = Jobs(open_database(url), dispatcher, WorkerSettings(), none, _never)
    return schedule_jobs(open_queue(redis.url), unused)


def _drive(ask_for_tick: Callable[[], object], done: Callable[[], bool]) -> None:
    """Ask for ticks until it is done: those that a restart lost are asked for again."""

    def ask() -> bool:
        ask_for_tick()
        return done()

    wait_until(ask, PATIENCE)


def _claimed_or_sent(url: str) -> int:
    states = counts(open_database(url))
    return states.get(State.CLAIMED, 0) + states.get(State.SENT, 0)


def _never() -> datetime:
    raise AssertionError("this process asks for ticks and makes none")
