"""Alarms while the assistant is stopped and killed in their middle: all answered, none twice."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from cimento.followup.alerts import read_alerts
from cimento.ops.processes import free_port, wait_until
from cimento.settings.paths import ROOT
from cimento.store.database import open_database
from tests.servers import ENVIRONMENT, PATIENCE, listens
from tests.sms.carriers import Carrier

SECRET = "a secret for tests, forty characters long"


class Channel:
    """The channel in a process, started again whenever it ends."""

    def __init__(self, folder: Path, carrier: Carrier) -> None:
        self.url = f"sqlite:///{folder / 'followup.db'}"
        open_database(self.url).engine.dispose()
        self._log = folder / "channel.log"
        self._command = [sys.executable, "-m", "tests.sms.cut_server", carrier.name]
        self._command += [str(carrier.port), carrier.address, self.url, str(folder / "spool")]
        self._port = carrier.port
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            environment = {**ENVIRONMENT, "CIMENTO_SECRET": SECRET, "no_proxy": "*"}
            environment["CIMENTO_PORT"] = str(self._port)
            self.process = subprocess.Popen(
                self._command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def await_start(self) -> None:
        wait_until(lambda: listens(self._port), PATIENCE, self.process, self._log)

    def end(self, how: signal.Signals) -> None:
        os.kill(self.process.pid, how)
        self.process.wait(PATIENCE)

    def alerts(self) -> Counter[str]:
        return Counter(alert.number for alert in read_alerts(open_database(self.url)))


def play(folder: Path, name: str, alarms: int, ends: dict[int, signal.Signals]) -> str:
    """Let `alarms` phones write at once, and end the channel each time that a carrier has taken
    so many SMS (`ends`); return what was lost, doubled, and not told to the team."""
    carrier = Carrier(name, free_port())
    channel = Channel(folder, carrier)
    numbers = [f"+336{number:08d}" for number in range(12_000_000, 12_000_000 + alarms)]
    reached: dict[int, threading.Event] = {count: threading.Event() for count in ends}
    carrier.on_taken = lambda count: reached[count].set() if count in reached else None
    try:
        channel.await_start()
        for position, number in enumerate(numbers):
            carrier.write(number, f"m{position}", "j'ai 39 de fièvre")
        for count, how in ends.items():
            assert reached[count].wait(PATIENCE)
            channel.end(how)
            channel.start()
            channel.await_start()
        wait_until(lambda: set(carrier.taken) == set(numbers), PATIENCE)
        carrier.settle()
        channel.end(signal.SIGTERM)
        alerts = channel.alerts()
        lost = sum(not carrier.taken[number] for number in numbers)
        doubled = sum(carrier.taken[number] > 1 for number in numbers)
        silent = sum(alerts[number] != 1 for number in numbers)
        return f"{lost} lost, {doubled} doubled, {silent} silent"
    finally:
        channel.process.kill()
        channel.process.wait()
        carrier.stop()


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("name", ["kannel", "twilio"])
def test_alarms_that_a_stop_and_a_kill_cut_off_are_answered_once(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", SECRET)
    ends = {8: signal.SIGTERM, 25: signal.SIGKILL}
    assert play(tmp_path, name, 50, ends) == "0 lost, 0 doubled, 0 silent"
