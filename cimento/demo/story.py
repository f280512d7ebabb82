"""The follow-up that the demonstration plays: the real engine, with a clock that jumps."""

import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from cimento.followup import alerts, enrolment, overview
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.protocol import read_protocol
from cimento.followup.rasa_client import RasaClient
from cimento.followup.schedule import PARIS
from cimento.sms.gateway import Gateway
from cimento.sms.providers.console import ConsoleProvider
from cimento.store.database import Database

NUMBER = "+33612345678"  # the documentation's example: the simulated phone reaches nobody
TEAM = "L'équipe de la démonstration"
# The act is in so many days, so that the real worker, whose clock is not ours, has nothing
# to do meanwhile.
_DAYS_AHEAD = 30


@dataclass
class Happening:
    """Something seen: an SMS, from "hospital" or "patient". `at`: ISO 8601, of Paris."""

    who: str
    text: str
    at: str


@dataclass
class Story:
    """One patient, from the evening before the act to three weeks after.

    `pause`: seconds without anything new, after which time jumps to what comes next.
    """

    database: Database
    phone: ConsoleProvider
    rasa: RasaClient
    pause: float
    said: list[Happening] = field(default_factory=list)
    finished: bool = False

    def __post_init__(self) -> None:
        now = datetime.now(PARIS)
        self._act = (now + timedelta(days=_DAYS_AHEAD)).replace(hour=8, minute=30, second=0)
        self._ahead = self._act.replace(hour=17, minute=59) - timedelta(days=1) - now
        self._seen = 0  # id of the last SMS shown
        self._alerts: dict[int, str] = {}  # when each was first seen
        self._quiet_since = time.monotonic()
        self._lock = threading.Lock()
        gateway: Gateway = self.phone
        store = Deliveries(self.database, read_protocol())
        self._dispatcher = Dispatcher(store, gateway, self.rasa, self.now)

    def now(self) -> datetime:
        """Return the moment of the story, aware, UTC."""
        return datetime.now(timezone.utc) + self._ahead

    def _shown_now(self) -> str:
        return self.now().astimezone(PARIS).isoformat(timespec="minutes")

    def enrol(self) -> None:
        """Enrol the patient, discharged on the day of the act."""
        discharge = self._act.replace(hour=16, minute=0)
        request = enrolment.Request(
            number=NUMBER,
            discharge=discharge.isoformat(),
            act=self._act.isoformat(),
            consent_by=TEAM,
            consent_at=self.now().isoformat(),
        )
        enrolment.enrol(self.database, read_protocol(), request, self.now())

    def hold(self) -> None:
        """Let nothing new happen for a while: somebody is writing."""
        self._quiet_since = time.monotonic()

    def wrote(self, text: str) -> None:
        """Note what the patient has just written."""
        with self._lock:
            self.said.append(Happening("patient", text, self._shown_now()))
        self.hold()

    def skip(self) -> None:
        """Let time jump at once."""
        self._quiet_since = 0

    def acknowledge(self, alert_id: int) -> None:
        """Take care of an alert."""
        alerts.acknowledge(self.database, alert_id, TEAM, self.now())

    def step(self) -> None:
        """Send what is due, look at what has come, and jump when nothing has for a while."""
        self._dispatcher.tick()
        self.look()
        if self.finished or time.monotonic() - self._quiet_since < self.pause:
            return
        upcoming = overview.next_moment(self.database)
        self.finished = upcoming is None
        if upcoming:
            self._ahead += max(upcoming - self.now(), timedelta())
            self.hold()

    def look(self) -> None:
        """Note the SMS and the alerts that have come."""
        with self._lock:
            for message in self.phone.received_by(NUMBER, self._seen):
                self._seen = int(str(message["id"]))
                self.said.append(Happening("hospital", str(message["text"]), self._shown_now()))
                self.hold()
            for alert in alerts.read_alerts(self.database):
                if alert.id not in self._alerts:
                    self._alerts[alert.id] = self._shown_now()
                    self.hold()

    def view(self) -> dict[str, Any]:
        """Return what the page shows: {now, finished, said, alerts}, newest last."""
        told = alerts.read_alerts(self.database, everything=True)
        with self._lock:
            return {
                "now": self._shown_now(),
                "finished": self.finished,
                "said": [asdict(happening) for happening in self.said],
                "alerts": [
                    {
                        "id": alert.id,
                        "kind": alert.kind,
                        "level": alert.level,
                        "words": alert.words,
                        "at": self._alerts[alert.id],
                        "by": alert.acknowledged_by,
                    }
                    for alert in told
                    if alert.id in self._alerts
                ],
            }
