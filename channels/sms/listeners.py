"""What the channel tells those who follow patients up; anybody may write without being told of."""

from datetime import datetime
from typing import Any, Protocol

from channels.sms.providers.base import ReportedState


class Listener(Protocol):
    """Hears what happens. Called in a thread, one call at a time for each message.

    `conversation`: the conversation id; `at`: aware, UTC. What a listener raises is logged
    by its kind and changes nothing for the patient.
    """

    def replied(self, conversation: str, at: datetime, text: str) -> None:
        """A patient wrote words (neither STOP nor START)."""

    def escalated(self, conversation: str, at: datetime, text: str, custom: dict[str, Any]) -> None:
        """The answer to `text` tells to call somebody; `custom` is the turn's object."""

    def stopped(self, conversation: str, at: datetime) -> None:
        """A patient wrote STOP."""

    def resumed(self, conversation: str, at: datetime) -> None:
        """A patient wrote START."""

    def reported(self, reference: str, at: datetime, state: ReportedState) -> None:
        """The provider says what became of a message sent with `reference`."""


class Nobody:
    """Listens to nothing: conversations without follow-up."""

    def replied(self, conversation: str, at: datetime, text: str) -> None:
        """Do nothing."""

    def escalated(self, conversation: str, at: datetime, text: str, custom: dict[str, Any]) -> None:
        """Do nothing."""

    def stopped(self, conversation: str, at: datetime) -> None:
        """Do nothing."""

    def resumed(self, conversation: str, at: datetime) -> None:
        """Do nothing."""

    def reported(self, reference: str, at: datetime, state: ReportedState) -> None:
        """Do nothing."""
