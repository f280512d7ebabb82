"""The worker, the API and the tables, each started as its command starts it."""

import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timezone

import pytest
import requests

from cimento.__main__ import main
from cimento.followup.enrolment import enrol
from cimento.followup.overview import counts
from cimento.followup.protocol import read_protocol
from cimento.ops.processes import free_port, wait_until
from cimento.settings.paths import ROOT
from cimento.store.database import DatabaseError, connect, open_database, upgrade
from tests.followup.conftest import request
from tests.followup.typed import NUMBER, Output, about, enrol_now
from tests.servers import PATIENCE, listens
from tests.store.databases import differences

pytestmark = pytest.mark.usefixtures("commands")


def _run_worker(**environment: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "cimento", "followup", "worker"],
        cwd=ROOT,
        env={**os.environ, "CIMENTO_SMS_PROVIDER": "console", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.usefixtures("programs")
def test_the_worker_ticks_and_stops(url: str) -> None:
    database = open_database(url)
    past = datetime(2020, 3, 10, 12, tzinfo=timezone.utc)
    dates = {"discharge": "2020-03-10T16:00", "consent_at": "2020-03-10T10:00"}
    enrol(database, read_protocol(), request(**dates), past)
    assert counts(database) == {"pending": 4}
    worker = _run_worker()
    try:
        # All of it is long past.
        wait_until(lambda: counts(database) == {"dropped": 4}, PATIENCE, worker)
    finally:
        worker.send_signal(signal.SIGINT)
        out, _ = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 0, out
    assert b"Tick: 4 dropped." in out
    assert b"612345678" not in out


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    "name", ["CIMENTO_API_TOKEN", "CIMENTO_API_TOKENS"], ids=["too short", "no such setting"]
)
def test_the_worker_says_why_it_cannot_start(name: str) -> None:
    worker = _run_worker(**{name: "short"})
    out, _ = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 1
    assert name in out.decode() and b"Traceback" not in out


@pytest.mark.usefixtures("programs")
def test_the_api_command_serves() -> None:
    port = free_port()
    environment = {**os.environ, "CIMENTO_FOLLOWUP_PORT": str(port)}
    command = [sys.executable, "-m", "cimento", "followup", "api"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens(port), PATIENCE, server)
        assert requests.get(f"http://127.0.0.1:{port}/health", timeout=PATIENCE).ok
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(PATIENCE)


def test_postgres_is_upgraded_by_command_only(
    postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("CIMENTO_DATABASE_URL", postgres)
    with pytest.raises(DatabaseError, match="cimento followup upgrade"):
        open_database(postgres)
    assert main(["followup", "upgrade"]) == 0
    assert main(["followup", "upgrade"]) == 0
    assert differences(postgres) == []
    assert enrol_now() == 0
    assert about(NUMBER, "export") == 0
    assert about(NUMBER, "forget") == 0


def test_processes_that_start_together_make_the_tables_once(url: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            open_database(url)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=upgrade, args=[connect(url)]) for _ in range(4)]
    threads += [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert differences(url) == []


def test_a_database_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    address = f"postgresql://user:secret@127.0.0.1:{free_port()}/x"
    monkeypatch.setenv("CIMENTO_DATABASE_URL", address)
    assert main(["followup", "status"]) == 1
    told = capsys.readouterr().err
    assert "CIMENTO_DATABASE_URL" in told and "secret" not in told
