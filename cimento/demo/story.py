"""The follow-up that the demonstration plays: the real engine, with a clock that jumps."""

import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta, timezone
from datetime import time as hour
from typing import Any

from cimento.followup import alerts, enrolment, overview
from cimento.followup.clock import Clock, utc_now
from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Assistant, Dispatcher
from cimento.followup.protocol import read_protocol
from cimento.followup.schedule import PARIS
from cimento.sms.gateway import Gateway
from cimento.sms.providers.console import ConsoleProvider
from cimento.store.database import Database

NUMBER = "+33612345678"  # the documentation's example: the simulated phone reaches nobody
TEAM = "L'équipe de la démonstration"
# The act is in so many days, so that the real worker, whose clock is not ours, has nothing
# to do meanwhile.
_DAYS_AHEAD = 30


def _paris(day: date, at: str) -> datetime:
    """Return an hour of Paris, in UTC: the days between two moments are then as long as real."""
    return datetime.combine(day, hour.fromisoformat(at), PARIS).astimezone(timezone.utc)


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
    rasa: Assistant
    pause: float
    clock: Clock = utc_now  # the present, from which the act is in _DAYS_AHEAD
    said: list[Happening] = field(default_factory=list)
    finished: bool = False

    def __post_init__(self) -> None:
        day = self.clock().astimezone(PARIS).date() + timedelta(days=_DAYS_AHEAD)
        self._act, self._discharge = _paris(day, "08:30"), _paris(day, "16:00")
        self._ahead = _paris(day - timedelta(days=1), "17:59") - self.clock()
        self._seen = 0  # id of the last SMS shown
        self._alerts: dict[int, str] = {}  # when each was first seen
        self._quiet_since = time.monotonic()
        self._skipped = False
        self._lock = threading.Lock()
        gateway: Gateway = self.phone
        store = Deliveries(self.database, read_protocol())
        self._dispatcher = Dispatcher(store, gateway, self.rasa, self.now)

    def now(self) -> datetime:
        """Return the moment of the story, aware, UTC."""
        return self.clock() + self._ahead

    def _shown_now(self) -> str:
        return self.now().astimezone(PARIS).isoformat(timespec="minutes")

    def enrol(self) -> None:
        """Enrol the patient, discharged on the day of the act."""
        request = enrolment.Request(
            number=NUMBER,
            discharge=self._discharge.isoformat(),
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
        """Let time jump at the next step, once."""
        self._skipped = True

    def acknowledge(self, alert_id: int) -> None:
        """Take care of an alert."""
        alerts.acknowledge(self.database, alert_id, TEAM, self.now())

    def step(self) -> None:
        """Send what is due, look at what has come, and jump when nothing has for a while."""
        self._dispatcher.tick()
        self.look()
        quiet = time.monotonic() - self._quiet_since >= self.pause
        if self.finished or not (quiet or self._skipped):
            return
        self._skipped = False
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
