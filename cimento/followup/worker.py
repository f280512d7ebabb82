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

from cimento.followup.calls import Caller
from cimento.followup.clock import Clock, utc_now
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.erasure import Conversations
from cimento.followup.mail import Mailer, mail_alerts
from cimento.followup.on_call import OnCall
from cimento.followup.protocol import read_protocol
from cimento.followup.rasa_client import RasaClient
from cimento.followup.retention import Retention, purge, read_retention
from cimento.followup.rota import read_rota
from cimento.settings.followup import FollowUpSettings
from cimento.settings.on_call import OnCallSettings
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
    on_call: OnCall | None = None  # None: nobody is on duty

    def tick(self) -> None:
        """Call who is on duty, send what is due, tell the team, and record that it was done."""
        if self.on_call:
            self._call(self.on_call)
        outcomes = self.dispatcher.tick()
        if outcomes:
            logger.info("Tick: %s.", ", ".join(f"{n} {what}" for what, n in outcomes.items()))
        if self.settings.smtp_url:
            settings = self.settings
            mailer = make_mailer(settings, self.team_url)
            mail_alerts(self.database, mailer, self.clock(), settings.alert_repeat)
        beat(self.database.engine, TICK, self.clock())

    def _call(self, on_call: OnCall) -> None:
        """Call who is on duty; what goes wrong with it keeps no SMS waiting."""
        try:
            if count := on_call.tick(self.clock()):
                logger.info("%d calls of who is on duty.", count)
        except Exception as error:
            logger.error("Who is on duty cannot be called: %s.", type(error).__name__)

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
    """Connect everything. Raises ProtocolError, SourceError, RotaError."""
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
        on_call=make_on_call(to, settings, OnCallSettings.read(), followup.team_url),
    )


def make_mailer(settings: WorkerSettings, team_url: str) -> Mailer:
    """Return what e-mails the team."""
    return Mailer(settings.smtp_url, settings.alert_from, settings.alert_to, team_url)


def make_on_call(
    to: Connections, settings: WorkerSettings, on_call: OnCallSettings, team_url: str
) -> OnCall | None:
    """Return what calls who is on duty, None without a rota. Raises RotaError."""
    path, mails = on_call.path, bool(settings.smtp_url)
    if path is None:
        return None
    mailer = make_mailer(settings, team_url) if mails else None
    return OnCall(
        to.database,
        lambda: read_rota(path, bool(on_call.key), mails),
        Caller(to.gateway, mailer, on_call.key, team_url),
        on_call.urgent,
        on_call.other,
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
