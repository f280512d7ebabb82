"""What the SMS channel tells the engine. It fits channels.sms.listeners.Listener."""

from datetime import datetime
from typing import Any, Literal

from followup import alerts, people
from followup.database import Database
from followup.models import AlertKind
from followup.protocol import Protocol
from followup.store import Deliveries


class FollowUpListener:
    """Notes answers, STOP, START and delivery reports; passes escalations on to the team.

    Conversations that nobody enrolled nor remembered are passed over.
    """

    def __init__(self, database: Database, protocol: Protocol) -> None:
        self._database = database
        self._deliveries = Deliveries(database, protocol)

    def replied(self, conversation: str, at: datetime, text: str) -> None:
        """Note an answer: nobody is silent who writes, whatever the words."""
        people.record_reply(self._database, conversation, at)

    def escalated(self, conversation: str, at: datetime, text: str, custom: dict[str, Any]) -> None:
        """Pass the patient's own words on; `custom` holds the level of the advice given.

        Raises LookupError when nobody is known by this conversation.
        """
        level = custom["escalation"]
        # "Contact the team" is what is told to those who ask for somebody.
        kind = AlertKind.HUMAN if level == "equipe" else AlertKind.ALARM
        alerts.raise_alert(self._database, conversation, kind, at, level, text)

    def stopped(self, conversation: str, at: datetime) -> None:
        """Note STOP."""
        people.record_stop(self._database, conversation, at)

    def resumed(self, conversation: str, at: datetime) -> None:
        """Note REPRENDRE."""
        people.record_start(self._database, conversation, at)

    def reported(
        self, reference: str, at: datetime, state: Literal["accepted", "delivered", "failed"]
    ) -> None:
        """Note a delivery report; those about other messages are passed over."""
        if state != "accepted":
            delivered = state == "delivered"
            self._deliveries.record_report(reference, delivered, "reported as failed", at)
