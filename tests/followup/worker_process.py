"""A real worker in a process of its own, with a provider on files, that can kill itself.

Processes are forked from one that has imported everything: each costs milliseconds.
"""

import json
import multiprocessing
import os
import signal
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cimento.followup.deliveries import Deliveries
from cimento.followup.delivery import Claim, Due
from cimento.followup.dispatch import Dispatcher
from cimento.followup.protocol import read_protocol
from cimento.followup.worker import Jobs, open_queue, work
from cimento.ops.processes import wait_until
from cimento.settings.worker import WorkerSettings
from cimento.store.conversations import SqlConversations
from cimento.store.database import connect, open_database
from tests.followup.fakes import FakeAssistant, FileGateway, running_from
from tests.servers import PATIENCE

STAGES = ("before_claim", "after_claim", "after_send", "before_record", "after_record")


class Fuse:
    """Kills this process the `at`-th time that it comes to `stage`."""

    def __init__(self, stage: str | None, at: int) -> None:
        self._stage = stage
        self._left = at

    def reach(self, stage: str) -> None:
        if stage != self._stage:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class FusedDeliveries(Deliveries):
    """Deliveries, with a fuse around the claim and the record."""

    fuse: Fuse

    def claim(self, due: Due, now: datetime) -> Claim | None:
        self.fuse.reach("before_claim")
        claim = super().claim(due, now)
        if claim:
            self.fuse.reach("after_claim")
        return claim

    def record_sent(self, claim: Claim, provider_id: str | None, now: datetime) -> None:
        self.fuse.reach("before_record")
        super().record_sent(claim, provider_id, now)
        self.fuse.reach("after_record")


@dataclass(frozen=True)
class Meeting:
    """Workers who meet at each of their first `times` calls of the provider.

    Each then holds a claim of its own: that all work is not left to chance.
    """

    folder: Path
    workers: int
    times: int

    def attend(self, call: int) -> None:
        """Wait at the `call`-th call, counted from 1, until all workers are there."""
        if call <= self.times:
            (self.folder / f"{call}-{os.getpid()}").touch()
            wait_until(lambda: len(list(self.folder.glob(f"{call}-*"))) >= self.workers, PATIENCE)


class FusedGateway(FileGateway):
    """The provider on a file, with a fuse between its acceptance and its answer.

    `gate`: a file that says how many SMS it answers; further ones are accepted, and answered
    once it says more.
    """

    fuse: Fuse
    meeting: Meeting | None = None
    gate: Path | None = None
    calls = 0

    def send(self, number: str, text: str, reference: str) -> str:
        self.calls += 1
        if self.meeting:
            self.meeting.attend(self.calls)
        provider_id = super().send(number, text, reference)
        if gate := self.gate:
            wait_until(lambda: len(self.lines()) <= int(gate.read_text()), PATIENCE)
        self.fuse.reach("after_send")
        return provider_id


def make_dispatcher(options: dict[str, Any], clock: Callable[[], datetime]) -> Dispatcher:
    fuse = Fuse(options.get("stage"), options.get("at", 1))
    deliveries = FusedDeliveries(open_database(options["database"]), read_protocol())
    gateway = FusedGateway(Path(options["sent"]), options.get("knows", True))
    if "meeting" in options:
        gateway.meeting = Meeting(*options["meeting"])
    if "gate" in options:
        gateway.gate = Path(options["gate"])
    deliveries.fuse = gateway.fuse = fuse
    return Dispatcher(deliveries, gateway, FakeAssistant(), clock)


def _work(options: dict[str, Any], result: Path) -> None:
    os.environ["CIMENTO_SECRET"] = options["secret"]
    clock = running_from(datetime.fromisoformat(options["now"]))
    dispatcher = make_dispatcher(options, clock)
    if "queue" not in options:
        result.write_text(json.dumps(dispatcher.tick()))
        return
    none = SqlConversations(connect(options["database"]))
    base = open_database(options["database"])
    jobs = Jobs(base, dispatcher, WorkerSettings(), none, clock)
    work(open_queue(options["queue"]), jobs)


@dataclass(frozen=True)
class Worker:
    """A worker that was launched."""

    process: Any  # multiprocessing's, of the context below
    result: Path

    def finish(self) -> int:
        """Wait for its end; return its exit status. It ends by itself, or by its fuse."""
        self.process.join(PATIENCE)
        status = self.process.exitcode
        assert status in (0, -signal.SIGKILL), f"exit status {status}; see the captured errors"
        return int(status)

    def interrupt(self) -> None:
        """Press Ctrl-C: what it has begun it finishes."""
        os.kill(self.process.pid, signal.SIGINT)

    def outcomes(self) -> dict[str, int]:
        """Return how often each outcome came, once it has finished."""
        found: dict[str, int] = json.loads(self.result.read_text())
        return found


def launch(folder: Path, **options: Any) -> Worker:
    """Start a worker that ticks once, or as long as `queue` asks for it.

    Its files are in `folder`. Options: database, sent, now; stage, at (see Fuse); knows;
    meeting; gate; queue.
    """
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload([__name__])
    result = folder / f"result-{uuid.uuid4().hex}"
    options |= {"secret": os.environ["CIMENTO_SECRET"]}
    process = forks.Process(target=_work, args=[options, result], daemon=True)
    process.start()
    return Worker(process, result)
