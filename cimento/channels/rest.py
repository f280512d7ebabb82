"""Rasa's REST channel, made safe to rely on: POST /webhooks/rest/webhook.

Same requests and replies as the stock `rest` channel, with three promises: a turn is
never empty, it carries one `custom` object, and a malformed request gets a 400 that
says what is wrong. Nothing a patient wrote goes to the logs.
"""

import logging
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import QueueOutputChannel, RestInput
from sanic import Blueprint
from sanic.exceptions import Forbidden, InvalidUsage
from sanic.request import Request

from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.channels.housekeeping import keep_house
from cimento.channels.local import is_local
from cimento.channels.turn import complete
from cimento.settings.servers import ServerSettings

logger = logging.getLogger(__name__)

# What a button sends: "/driving". Anything else that starts with a slash is text
# ("/ 38,5 ce soir") and must be read, not taken for a command.
_PAYLOAD = re.compile(r"/(\w+)")


class CimentoRestInput(RestInput):
    """The `rest` channel of Cimento, named so that integrators need change nothing."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or load_catalogue()

    @staticmethod
    def _body(request: Request) -> dict[str, Any]:
        if not isinstance(request.json, dict):
            raise InvalidUsage('The body must be a JSON object: {"sender": …, "message": …}.')
        return request.json

    async def _extract_sender(self, req: Request) -> str:
        sender = self._body(req).get("sender")
        # Without a sender, Rasa would put everybody in one conversation named "default".
        return str(sender) if sender else uuid.uuid4().hex

    def _extract_message(self, req: Request) -> str:
        message = self._body(req).get("message")
        if not isinstance(message, str):
            raise InvalidUsage('"message" must be a string.')
        text = message.strip()
        payload = _PAYLOAD.fullmatch(text)
        is_payload = payload is not None and payload[1] in self._catalogue.intents
        return text if is_payload else text.lstrip("/ ")

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes of the stock channel around a handler that is never silent."""

        async def handle(message: UserMessage) -> None:
            try:
                await on_new_message(message)
            except Exception as error:
                # The traceback may hold the patient's words: only its kind is logged.
                logger.error("A message could not be handled: %s.", type(error).__name__)
            output = message.output_channel
            if output is not None and not isinstance(output, QueueOutputChannel):
                output.messages = complete(
                    output.messages,
                    message.sender_id,
                    self._catalogue,
                    heard=message.text or "",
                )

        routes = super().blueprint(handle)
        mode = ServerSettings.read().rest
        routes.listener(keep_house, "after_server_start")

        @routes.middleware("request")
        async def admit(request: Request) -> None:
            if not _may_use(request, mode):
                raise Forbidden(
                    "The REST channel is for this machine alone. Set CIMENTO_REST=open to "
                    "open it; the website talks to /chat."
                )

        return routes


def _may_use(request: Request, mode: str) -> bool:
    """Whether the REST channel is open to `request`; `mode` is one of REST_MODES."""
    if mode == "loopback":
        return is_local(request.ip, request.headers)
    return mode == "open"
