"""The worker: Huey runs a tick every minute, and erases what is too old every night.

The queue holds no SMS: only the wish for a tick. What is to be sent, and by whom, is in the
database alone. A queue that is lost, late or doubled therefore loses and doubles nothing, and
machines may share one (Redis) or have one each (SQLite).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer

from cimento.followup.clock import Clock, utc_now
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.erasure import Conversations
from cimento.followup.mail import Mailer, mail_alerts
from cimento.followup.protocol import read_protocol
from cimento.followup.rasa_client import RasaClient
from cimento.followup.retention import Retention, purge, read_retention
from cimento.settings.followup import FollowUpSettings
from cimento.settings.worker import WorkerSettings
from cimento.sms.gateway import Gateway
from cimento.store.database import Database
from cimento.store.heartbeat import TICK, beat
from cimento.store.secret import derive

logger = logging.getLogger(__name__)

_TICK_EXPIRES = 55  # seconds: a tick that has waited longer is made useless by the next


@dataclass(frozen=True)
class Jobs:
    """What a worker does, at each tick and each night."""

    database: Database
    dispatcher: Dispatcher
    settings: WorkerSettings
    conversations: Conversations
    clock: Clock
    retention: Retention = field(default_factory=read_retention)
    team_url: str = ""  # what the e-mails link to

    def tick(self) -> None:
        """Send what is due, tell the team, and record that all this was done."""
        outcomes = self.dispatcher.tick()
        if outcomes:
            logger.info("Tick: %s.", ", ".join(f"{n} {what}" for what, n in outcomes.items()))
        if self.settings.smtp_url:
            settings = self.settings
            mailer = Mailer(
                settings.smtp_url, settings.alert_from, settings.alert_to, self.team_url
            )
            mail_alerts(self.database, mailer, self.clock(), settings.alert_repeat)
        beat(self.database.engine, TICK, self.clock())

    def purge(self) -> None:
        """Erase what is older than the retention, in every store."""
        erased = purge(self.database, self.conversations, self.clock(), self.retention)
        logger.info("Purge: %d people erased.", erased)


@dataclass(frozen=True)
class Connections:
    """What a worker is connected to."""

    database: Database
    gateway: Gateway
    conversations: Conversations


def make_jobs(
    to: Connections,
    followup: FollowUpSettings,
    settings: WorkerSettings,
    clock: Clock = utc_now,
) -> Jobs:
    """Connect everything. Raises ProtocolError, SourceError."""
    dispatcher = Dispatcher(
        Deliveries(to.database, read_protocol()),
        to.gateway,
        RasaClient(followup.rasa_url),
        clock,
    )
    return Jobs(
        to.database,
        dispatcher,
        settings,
        to.conversations,
        clock,
        team_url=followup.team_url,
    )


def open_queue(url: str) -> Huey:
    """Return the queue at `url`: sqlite:///path or redis://…

    Huey reads what is queued with pickle, which runs what it reads: only what this installation
    has signed is read.
    """
    signed = SignedSerializer(secret=derive("queue").hex(), salt="cimento-followup")
    if not url.startswith("sqlite"):
        return RedisHuey("cimento-followup", url=url, results=False, serializer=signed)
    file = Path(urlsplit(url).path[1:])  # sqlite:////absolute, sqlite:///relative
    file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(
        "cimento-followup", filename=str(file), results=False, timeout=30, serializer=signed
    )


def schedule_jobs(queue: Huey, jobs: Jobs) -> Callable[[], object]:
    """Put the jobs on the queue's calendar; return what asks for a tick at once."""
    tick = queue.periodic_task(crontab(), name="tick", expires=_TICK_EXPIRES)(jobs.tick)
    queue.periodic_task(crontab(hour="3", minute="0"), name="purge")(jobs.purge)
    return tick


def work(queue: Huey, jobs: Jobs) -> None:
    """Work until Ctrl-C or SIGTERM; a tick that has begun is finished first on Ctrl-C."""
    schedule_jobs(queue, jobs)
    queue.create_consumer(workers=1, max_delay=2).run()
