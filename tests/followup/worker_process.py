"""A real worker with a provider on a file, that can kill itself at a chosen stage.

`python -m tests.followup.worker_process '{"database": …}'`: ticks until told otherwise.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cimento.followup.deliveries import Claim, Deliveries, Due
from cimento.followup.dispatch import CLAIM_TIMEOUT, Dispatcher
from cimento.followup.protocol import read_protocol
from cimento.followup.worker import Jobs, open_queue, work
from cimento.settings.worker import WorkerSettings
from cimento.store.conversations import SqlConversations
from cimento.store.database import connect, open_database
from tests.followup.fakes import FakeAssistant, FileGateway, running_from

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


class FusedGateway(FileGateway):
    """The provider on a file, with a fuse between its acceptance and its answer."""

    fuse: Fuse

    def send(self, number: str, text: str, reference: str) -> str:
        provider_id = super().send(number, text, reference)
        self.fuse.reach("after_send")
        return provider_id


def make_dispatcher(options: dict[str, Any], clock: Callable[[], datetime]) -> Dispatcher:
    fuse = Fuse(options.get("stage"), options.get("at", 1))
    deliveries = FusedDeliveries(open_database(options["database"]), read_protocol())
    gateway = FusedGateway(
        Path(options["sent"]), options.get("seconds", 0), options.get("knows", True)
    )
    deliveries.fuse = gateway.fuse = fuse
    timeout = timedelta(seconds=options.get("claim_timeout", CLAIM_TIMEOUT.total_seconds()))
    return Dispatcher(deliveries, gateway, FakeAssistant(), clock, timeout)


def _wait_at(gate: Path) -> None:
    (gate / f"ready-{os.getpid()}").touch()
    while not (gate / "open").exists():
        time.sleep(0.01)


def main() -> None:
    options = json.loads(sys.argv[1])
    clock = running_from(datetime.fromisoformat(options["now"]))
    dispatcher = make_dispatcher(options, clock)
    if "queue" in options:
        none = SqlConversations(connect(options["database"]))
        base = open_database(options["database"])
        jobs = Jobs(base, dispatcher, WorkerSettings(), none, clock)
        work(open_queue(options["queue"]), jobs)
        return
    if "gate" in options:  # several workers wait until all of them are ready
        _wait_at(Path(options["gate"]))
    print(json.dumps(dispatcher.tick()))


if __name__ == "__main__":
    main()
