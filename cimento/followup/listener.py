"""What the SMS channel tells the engine; anybody may write without being followed up."""

from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from cimento.followup import alerts, on_call, people, replies
from cimento.followup.deliveries import Deliveries
from cimento.followup.models import AlertKind
from cimento.followup.protocol import Protocol
from cimento.followup.replies import Turn
from cimento.followup.spool import Spool
from cimento.sms.providers.base import ReportedState
from cimento.store.database import Database
from cimento.store.vault import conversation_id


class FollowUpListener:
    """Notes answers and delivery reports; passes alarms and calls for a human on to the team.

    Whoever raises an alert is remembered, so that the team can call back: enrolled or not.
    Called in threads. `at`: aware, UTC.
    """

    def __init__(self, database: Database, protocol: Protocol, spool: Spool | None = None) -> None:
        self._database = database
        self._deliveries = Deliveries(database, protocol)
        self._spool = spool or Spool()

    def told(self, turn: Turn) -> None:
        """Note what somebody wrote, neither STOP nor START, and pass it on when the team must know.

        An alert that the database does not take waits in the spool. SQLAlchemyError: the database
        takes nothing, and nobody need be told."""
        try:
            self._record(turn)
        except SQLAlchemyError:
            if not turn.alerts:
                raise
            self.told_later(turn)

    def told_later(self, turn: Turn) -> None:
        """Do as `told`, knowing that the database takes nothing: the spool does."""
        if turn.alerts:
            self._spool.keep(turn)

    def raise_what_waits(self) -> int:
        """Raise the alerts of the spool; return how many. SQLAlchemyError: not yet."""
        return self._spool.drain(self._record)

    def _record(self, turn: Turn) -> None:
        if turn.alerts:
            people.remember(self._database, turn.number, turn.at)
        about = replies.record(self._database, turn)
        if turn.alerts:
            alerts.raise_alert(
                self._database,
                conversation_id(turn.number),
                AlertKind.HUMAN if turn.level == "none" else AlertKind.ALARM,
                turn.at,
                turn.level,
                turn.text,
                turn.message_id,
                about,
            )

    def reported(self, reference: str, at: datetime, state: ReportedState) -> None:
        """Note what the provider says of the message sent with `reference`; reports about
        other messages are passed over."""
        if state != "accepted":
            delivered = state == "delivered"
            known = self._deliveries.record_report(reference, delivered, "reported as failed", at)
            if not known and not delivered:
                on_call.record_failure(self._database, reference)
