"""Tell the assistant, over a route of its own, that a check-in is about to be sent.

The SMS of a check-in is sent by the engine, like every other: claimed, then sent once. The
conversation is told before. Telling it twice changes nothing, and sends nothing, because
the assistant's output only collects; so a crash or a timeout in between
loses no check-in and doubles none. The other way round, Rasa's own reply being the SMS,
could do neither: its channel gives no proof of what it sent when the call breaks off.
"""

import requests

from cimento.sms.gateway import TemporaryFailure
from cimento.store.secret import derive

INTENT = "start_check_in"
_SECONDS = 20


def check_in_token() -> str:
    """Return what opens the route, the same for all processes that share the secret."""
    return derive("check-ins").hex()


class RasaClient:
    """The assistant at `url`, which has the same secret."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._token = check_in_token()

    def start_check_in(self, conversation_id: str) -> None:
        """Make the conversation await the answer to a check-in. Raises TemporaryFailure."""
        try:
            reply = requests.post(
                f"{self._url}/webhooks/sms/check-ins",
                headers={"Authorization": f"Bearer {self._token}"},
                json={"conversation": conversation_id},
                timeout=_SECONDS,
            )
        except requests.RequestException as error:
            # Not `str(error)`: an address may hold a password.
            raise TemporaryFailure(f"Rasa: {type(error).__name__}") from None
        if not reply.ok:
            raise TemporaryFailure(f"Rasa answers {reply.status_code}")
