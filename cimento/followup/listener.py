"""What the SMS channel tells the engine; anybody may write without being followed up."""

from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from cimento.followup import alerts, people
from cimento.followup.deliveries import Deliveries
from cimento.followup.models import AlertKind
from cimento.followup.protocol import Protocol
from cimento.followup.spool import Spool, Waiting
from cimento.sms.providers.base import ReportedState
from cimento.store.database import Database


class FollowUpListener:
    """Notes answers and delivery reports; passes alarms and calls for a human on to the team.

    Whoever raises an alert is remembered, so that the team can call back: enrolled or not.
    Called in threads. `conversation`: its id; `at`: aware, UTC.
    """

    def __init__(self, database: Database, protocol: Protocol, spool: Spool | None = None) -> None:
        self._database = database
        self._deliveries = Deliveries(database, protocol)
        self._spool = spool or Spool()

    def replied(self, conversation: str, at: datetime) -> None:
        """Note an answer, neither STOP nor START: nobody is silent who writes."""
        people.record_reply(self._database, conversation, at)

    def escalated(self, number: str, at: datetime, text: str, level: str, message_id: str) -> None:
        """Pass the patient's own words on. `number`: E.164; `level`: of the advice given, see
        answers.catalogue.LEVELS, "none" when the patient only asks for a human.

        What the database does not take waits in the spool."""
        try:
            self._raise(Waiting(number, at, text, level, message_id))
        except SQLAlchemyError:
            self.escalated_later(number, at, text, level, message_id)

    def escalated_later(
        self, number: str, at: datetime, text: str, level: str, message_id: str
    ) -> None:
        """Do as `escalated`, knowing that the database takes nothing: the spool does."""
        self._spool.keep(Waiting(number, at, text, level, message_id))

    def raise_what_waits(self) -> int:
        """Raise the alerts of the spool; return how many. SQLAlchemyError: not yet."""
        return self._spool.drain(self._raise)

    def _raise(self, alert: Waiting) -> None:
        conversation = people.remember(self._database, alert.number, alert.at)
        kind = AlertKind.HUMAN if alert.level == "none" else AlertKind.ALARM
        alerts.raise_alert(
            self._database,
            conversation,
            kind,
            alert.at,
            alert.level,
            alert.text,
            alert.message_id,
        )

    def reported(self, reference: str, at: datetime, state: ReportedState) -> None:
        """Note what the provider says of the message sent with `reference`; reports about
        other messages are passed over."""
        if state != "accepted":
            delivered = state == "delivered"
            self._deliveries.record_report(reference, delivered, "reported as failed", at)
