"""What the channel tells those who follow patients up; anybody may write without being told of."""

from datetime import datetime
from typing import Protocol

from cimento.sms.providers.base import ReportedState


class Listener(Protocol):
    """Hears what happens. Called in a thread, one call at a time for each message.

    `conversation`: the conversation id; `at`: aware, UTC. What a listener raises is logged
    by its kind and changes nothing for the patient.
    """

    def replied(self, conversation: str, at: datetime) -> None:
        """A patient wrote words (neither STOP nor START)."""

    def escalated(self, number: str, at: datetime, text: str, level: str, message_id: str) -> None:
        """The answer to `text` tells to call somebody, or `text` asks for a human.

        `number`: E.164; `level`: of the advice, see answers.catalogue.LEVELS.
        """

    def reported(self, reference: str, at: datetime, state: ReportedState) -> None:
        """The provider says what became of a message sent with `reference`."""
