"""Never lost, never twice: workers killed at each stage, several at once, services restarted."""

import json
import signal
import subprocess
import sys
import time
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
from cimento.settings.paths import ROOT
from cimento.settings.worker import WorkerSettings
from cimento.store.conversations import SqlConversations
from cimento.store.database import connect, open_database, upgrade
from tests.followup import services
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FileGateway
from tests.followup.worker_process import STAGES, make_dispatcher

DAY_1 = NOON + timedelta(days=1)  # the first check-in is due since 10:00
SECONDS = 120


def enrol_many(url: str, number: int) -> None:
    """Enrol people whose advice of the day is dropped later, and whose check-in is due DAY_1."""
    database = open_database(url)
    for index in range(number):
        enrol(database, read_protocol(), request(f"+336{index:08d}"), NOON)


def launch(**options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.followup.worker_process", json.dumps(options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> int:
    _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode in (0, -signal.SIGKILL), errors[-2000:]
    return process.returncode


def open_gate(gate: Path, workers: int) -> None:
    """Let the workers begin once all of them are ready."""
    deadline = time.monotonic() + SECONDS
    while len(list(gate.glob("ready-*"))) < workers:
        assert time.monotonic() < deadline, "the workers did not start"
        time.sleep(0.02)
    (gate / "open").touch()


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
    killed = launch(**base, now=DAY_1.isoformat(), stage=stage, at=3)
    assert finish(killed) == -signal.SIGKILL
    before = len(FileGateway(file).lines())
    assert 0 < before < people

    # At once, the claim is left alone; once it is old, the provider is asked.
    assert finish(launch(**base, now=DAY_1.isoformat())) == 0
    claimed = 0 if stage in ("before_claim", "after_record") else 1
    assert counts(open_database(any_url)).get(State.CLAIMED, 0) == claimed
    assert finish(launch(**base, now=(DAY_1 + timedelta(minutes=6)).isoformat())) == 0
    verdict(capsys, f"SIGKILL {stage}", any_url, FileGateway(file), people)
    assert len(FileGateway(file).sent()) == people


@pytest.mark.parametrize("stage", ["after_claim", "after_send", "before_record"])
def test_what_the_provider_cannot_tell_goes_to_a_human(
    url: str, stage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people, file = 4, tmp_path / "sent"
    enrol_many(url, people)
    base = {"database": url, "sent": str(file), "knows": False}
    finish(launch(**base, now=DAY_1.isoformat(), stage=stage, at=2))
    finish(launch(**base, now=(DAY_1 + timedelta(minutes=6)).isoformat()))
    states = verdict(capsys, f"SIGKILL {stage}, silent provider", url, FileGateway(file), people)
    assert states[State.UNKNOWN] == 1


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_at_once(
    any_url: str, workers: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people, file, gate = 120, tmp_path / "sent", tmp_path / "gate"
    gate.mkdir()
    enrol_many(any_url, people)
    base = {"database": any_url, "sent": str(file), "seconds": 0.005}
    together = {**base, "now": DAY_1.isoformat(), "gate": str(gate)}
    running = [launch(**together) for _ in range(workers - 1)]
    dying = launch(**together, stage="after_send", at=5)
    open_gate(gate, workers)
    outcomes = [process.communicate(timeout=SECONDS)[0] for process in running]
    assert finish(dying) == -signal.SIGKILL
    assert all(json.loads(outcome).get("sent", 0) > 0 for outcome in outcomes)
    finish(launch(**base, now=(DAY_1 + timedelta(minutes=6)).isoformat()))
    verdict(capsys, f"{workers} workers, one killed", any_url, FileGateway(file), people)
    assert len(FileGateway(file).sent()) == people


def test_redis_and_postgres_restarted_in_the_middle(
    postgres_server: services.Postgres,
    postgres: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    people, file = 150, tmp_path / "sent"
    upgrade(connect(postgres))
    enrol_many(postgres, people)
    options = {"database": postgres, "sent": str(file), "seconds": 0.02, "claim_timeout": 3}
    with services.running_redis() as redis:
        workers = [launch(**options, now=DAY_1.isoformat(), queue=redis.url) for _ in range(2)]
        try:
            _drive(postgres, redis, postgres_server, options, FileGateway(file), people)
        finally:
            for worker in workers:
                worker.send_signal(signal.SIGINT)
            for worker in workers:
                finish(worker)
    verdict(capsys, "Redis and PostgreSQL restarted", postgres, FileGateway(file), people)
    assert len(FileGateway(file).sent()) == people


def _drive(
    url: str,
    redis: services.Redis,
    postgres_server: services.Postgres,
    options: dict[str, Any],
    sent: FileGateway,
    people: int,
) -> None:
    """Ask for ticks as the calendar does, only more often; restart both services once."""
    queue = open_queue(redis.url)
    settings = WorkerSettings()
    dispatcher = make_dispatcher(options, lambda: DAY_1)
    none = SqlConversations(connect(url))
    unused = Jobs(open_database(url), dispatcher, settings, none, _never)
    ask_for_tick = schedule_jobs(queue, unused)
    restarts: list[Callable[[], None]] = [redis.restart, lambda: postgres_server.control("restart")]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        ask_for_tick()
        time.sleep(0.5)
        if restarts and len(sent.lines()) > people // (1 + len(restarts)):
            assert len(sent.lines()) < people, "too late to disturb anything"
            restarts.pop(0)()
        elif not restarts and counts(open_database(url)).get(State.SENT) == people:
            return


def _never() -> datetime:
    raise AssertionError("this process asks for ticks and makes none")
