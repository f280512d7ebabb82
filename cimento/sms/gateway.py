"""The one thing the engine asks of an SMS provider, and how it may fail."""

from typing import Literal, Protocol

Knowledge = Literal["sent", "absent", "unknown"]


class TemporaryFailure(Exception):
    """The message was not accepted and may be later: tried again, less and less often."""


class PermanentFailure(Exception):
    """The number cannot be reached (unknown, barred…): not tried again, the team is told.

    `opted_out`: the person has told the operator STOP. The message never holds the number.
    """

    def __init__(self, reason: str, opted_out: bool = False) -> None:
        super().__init__(reason)
        self.opted_out = opted_out


class UncertainFailure(Exception):
    """The message may have been accepted (no answer in time): never sent again blindly."""


class Gateway(Protocol):
    """What sends SMS. Each call ends, one way or another, within 60 seconds."""

    def send(self, number: str, text: str, reference: str) -> str:
        """Send `text` (GSM-7) to an E.164 `number`; return the provider's id.

        `reference` names the message for ever: delivery reports come back with it.
        Raises TemporaryFailure, PermanentFailure, UncertainFailure; any other exception
        counts as uncertain.
        """
        ...

    def state_of(self, reference: str) -> Knowledge:
        """Return whether the provider took the message: "absent" only when it is sure."""
        ...
