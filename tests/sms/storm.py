"""Alarms written at once while the channel that answers them is ended, locked out and filled up.

`python -m tests.sms.storm 1000` (`make soak-alarms`) lets a thousand phones write, and prints what
was lost, doubled, and not told to the team.
"""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cimento.followup.alerts import read_alerts
from cimento.ops.processes import free_port, wait_until
from cimento.settings.paths import ROOT
from cimento.store.database import open_database
from tests.servers import ENVIRONMENT, PATIENCE, listens
from tests.sms.carriers import Carrier

_MEANWHILE = 10  # alarms that are written and answered during a lock or a full disk
_ON_THEIR_WAY = 20  # alarms, at least, that a blow meets on their way
SECRET = "a secret for tests, forty characters long"
Blow = Callable[["Channel"], None]


class Phones:
    """They write one alarm each, until they have been heard."""

    def __init__(self, carrier: Carrier, alarms: int) -> None:
        self.numbers = [f"+336{number:08d}" for number in range(12_000_000, 12_000_000 + alarms)]
        self._carrier, self._written = carrier, 0

    def write(self, more: int) -> None:
        """Let so many more of them write, all at once."""
        for position in range(self._written, min(self._written + more, len(self.numbers))):
            self._carrier.write(self.numbers[position], f"m{position}", "j'ai 39 de fièvre")
            self._written += 1

    def have_written(self, alarms: int) -> None:
        """Let more of them write, until so many have."""
        self.write(alarms - self._written)


class Channel:
    """The channel in a process, started again whenever it ends."""

    def __init__(self, folder: Path, carrier: Carrier, phones: Phones) -> None:
        self.file = folder / "followup.db"
        self.url = f"sqlite:///{self.file}"
        open_database(self.url).engine.dispose()
        self._log = folder / "channel.log"
        command = [sys.executable, "-m", "tests.sms.cut_server", carrier.name]
        command += [str(carrier.port), carrier.address, self.url, str(folder / "spool")]
        environment = {**ENVIRONMENT, "CIMENTO_SECRET": SECRET, "no_proxy": "*"}
        environment["CIMENTO_PORT"] = str(carrier.port)
        with self._log.open("ab") as log:
            self._parent = subprocess.Popen(
                command, cwd=ROOT, env=environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        self._carrier, self._port, self._phones = carrier, carrier.port, phones
        self.start()

    def start(self) -> None:
        assert self._parent.stdin and self._parent.stdout
        self._parent.stdin.write(b"\n")
        self._parent.stdin.flush()
        self.pid = int(self._parent.stdout.readline())
        wait_until(lambda: listens(self._port), PATIENCE, self._parent, self._log)

    def end(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)
        wait_until(lambda: not Path(f"/proc/{self.pid}").exists(), PATIENCE)

    def close(self) -> None:
        """End all of it, however it is."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._parent.kill()
        self._parent.communicate()

    def go_on(self, alarms: int) -> None:
        """Let so many phones more write, and wait until the carrier has taken as many SMS."""
        enough = self._carrier.taken.total() + alarms
        self._phones.write(alarms)
        wait_until(lambda: self._carrier.taken.total() >= enough, PATIENCE)

    def alerts(self) -> Counter[str]:
        return Counter(alert.number for alert in read_alerts(open_database(self.url)))


def stop(channel: Channel) -> None:
    """Stop the channel as a deployment does, and start it again."""
    channel.end(signal.SIGTERM)
    channel.start()


def kill(channel: Channel) -> None:
    """Kill it, and start it again."""
    channel.end(signal.SIGKILL)
    channel.start()


def lock(channel: Channel) -> None:
    """Hold the lock of its database while some alarms are answered all the same."""
    other = sqlite3.connect(channel.file, isolation_level=None, timeout=PATIENCE)
    other.execute("BEGIN EXCLUSIVE")
    channel.go_on(_MEANWHILE)
    other.close()


def fill(channel: Channel) -> None:
    """Let no file of its process grow beyond a page, as on a full disk, for as long."""
    limit = resource.RLIMIT_FSIZE
    before = resource.prlimit(channel.pid, limit)
    resource.prlimit(channel.pid, limit, (4096, before[1]))
    channel.go_on(_MEANWHILE)
    resource.prlimit(channel.pid, limit, before)


def play(folder: Path, name: str, alarms: int, blows: dict[int, Blow]) -> str:
    """Let `alarms` phones write, and strike each time that the carrier has taken so many SMS
    (`blows`), with others on their way; return what was lost, doubled, and not told to the team."""
    carrier = Carrier(name, free_port())
    phones = Phones(carrier, alarms)
    numbers = phones.numbers
    reached: dict[int, threading.Event] = {count: threading.Event() for count in blows}
    carrier.on_taken = lambda count: reached[count].set() if count in reached else None
    channel = Channel(folder, carrier, phones)
    try:
        for count, strike in sorted(blows.items()):
            phones.have_written(count + _ON_THEIR_WAY)
            assert reached[count].wait(PATIENCE)
            strike(channel)
        phones.have_written(alarms)
        wait_until(lambda: set(carrier.taken) == set(numbers), PATIENCE)
        carrier.settle()
        wait_until(lambda: set(channel.alerts()) == set(numbers), PATIENCE)
        channel.end(signal.SIGTERM)
        alerts = channel.alerts()
        lost = sum(not carrier.taken[number] for number in numbers)
        doubled = sum(carrier.taken[number] > 1 for number in numbers)
        silent = sum(alerts[number] != 1 for number in numbers)
        return f"{lost} lost, {doubled} doubled, {silent} silent"
    finally:
        channel.close()
        carrier.stop()


def main(alarms: int, seed: int) -> None:
    """Strike at random, twelve times, in each way at least once."""
    os.environ["CIMENTO_SECRET"] = SECRET
    chance = random.Random(seed)
    ways: list[Blow] = [kill, lock, fill, stop]
    drawn = ways + chance.choices([*ways, kill], k=12 - len(ways))
    chance.shuffle(drawn)
    when = chance.sample(range(1, alarms * 8 // 10), len(drawn))
    blows = dict(zip(when, drawn, strict=True))
    for name in ("kannel", "twilio"):
        with tempfile.TemporaryDirectory() as folder:
            told = ", ".join(strike.__name__ for _, strike in sorted(blows.items()))
            print(f"{name}, {alarms} alarms, seed {seed} ({told}):", flush=True)
            print(play(Path(folder), name, alarms, blows), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 7)
