"""What the SMS channel tells the engine; anybody may write without being followed up."""

from datetime import datetime

from cimento.followup import alerts, people
from cimento.followup.deliveries import Deliveries
from cimento.followup.models import AlertKind
from cimento.followup.protocol import Protocol
from cimento.sms.providers.base import ReportedState
from cimento.store.database import Database


class FollowUpListener:
    """Notes answers and delivery reports; passes alarms and calls for a human on to the team.

    Whoever raises an alert is remembered, so that the team can call back: enrolled or not.
    Called in threads. `conversation`: its id; `at`: aware, UTC.
    """

    def __init__(self, database: Database, protocol: Protocol) -> None:
        self._database = database
        self._deliveries = Deliveries(database, protocol)

    def replied(self, conversation: str, at: datetime) -> None:
        """Note an answer, neither STOP nor START: nobody is silent who writes."""
        people.record_reply(self._database, conversation, at)

    def escalated(self, number: str, at: datetime, text: str, level: str, message_id: str) -> None:
        """Pass the patient's own words on. `number`: E.164; `level`: of the advice given, see
        answers.catalogue.LEVELS, "none" when the patient only asks for a human."""
        conversation = people.remember(self._database, number, at)
        kind = AlertKind.HUMAN if level == "none" else AlertKind.ALARM
        alerts.raise_alert(self._database, conversation, kind, at, level, text, message_id)

    def reported(self, reference: str, at: datetime, state: ReportedState) -> None:
        """Note what the provider says of the message sent with `reference`; reports about
        other messages are passed over."""
        if state != "accepted":
            delivered = state == "delivered"
            self._deliveries.record_report(reference, delivered, "reported as failed", at)
