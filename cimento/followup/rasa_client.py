"""Tell the assistant, over Rasa's HTTP API, that a check-in is about to be sent.

The SMS of a check-in is sent by the engine, like every other: claimed, then sent once. The
conversation is told before. Telling it twice changes nothing, and sends nothing, because
the request names an output channel that only collects; so a crash or a timeout in between
loses no check-in and doubles none. The other way round, Rasa's own reply being the SMS,
could do neither: its channel gives no proof of what it sent when the call breaks off.
"""

import requests

from cimento.sms.gateway import TemporaryFailure

INTENT = "start_check_in"
_SECONDS = 20


class RasaClient:
    """The assistant at `url`, its HTTP API opened by `token`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def start_check_in(self, conversation_id: str) -> None:
        """Make the conversation await the answer to a check-in. Raises TemporaryFailure."""
        try:
            reply = requests.post(
                f"{self._url}/conversations/{conversation_id}/trigger_intent",
                params={"token": self._token, "output_channel": "collector"},
                json={"name": INTENT},
                timeout=_SECONDS,
            )
        except requests.RequestException as error:
            # Not `str(error)`: it holds the address, and in it the token.
            raise TemporaryFailure(f"Rasa: {type(error).__name__}") from None
        if not reply.ok:
            raise TemporaryFailure(f"Rasa answers {reply.status_code}")
