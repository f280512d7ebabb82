"""The REST channel: POST /webhooks/rest/webhook {"sender": …, "message": …}.

Requests and replies are those of Rasa's `rest` channel (but for streaming), with three promises: a
turn is never empty, it carries one `custom` object, and a malformed request gets a 400 that says
what is wrong. Nothing a patient wrote goes to the logs.
"""

import asyncio
import logging
import re
import uuid
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.exceptions import Forbidden, InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.channels.gate import Gated
from cimento.channels.housekeeping import keep_house
from cimento.channels.local import comes_from_here
from cimento.channels.turn import complete
from cimento.monitoring.turns import count_refusal, count_turn
from cimento.settings.chat import ChatSettings
from cimento.settings.servers import ServerSettings

logger = logging.getLogger(__name__)

# What a button sends: "/driving". Anything else that starts with a slash is text
# ("/ 38,5 ce soir") and must be read, not taken for a command.
_PAYLOAD = re.compile(r"/(\w+)")


class CimentoRestInput(InputChannel):
    """The `rest` channel of Cimento, named so that integrators need change nothing."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or load_catalogue()

    @classmethod
    def name(cls) -> str:
        """Return the name that conversations know the channel by."""
        return "rest"

    def _read(self, request: Request) -> tuple[str, str]:
        """Return the sender and the message; InvalidUsage says what is wrong."""
        body = request.json
        if not isinstance(body, dict):
            raise InvalidUsage('The body must be a JSON object: {"sender": …, "message": …}.')
        if not isinstance(body.get("message"), str):
            raise InvalidUsage('"message" must be a string.')
        text = body["message"].strip()
        payload = _PAYLOAD.fullmatch(text)
        is_payload = payload is not None and payload[1] in self._catalogue.intents
        # Without a sender, all of them would be in one conversation.
        sender = str(body.get("sender") or uuid.uuid4().hex)
        return sender, text if is_payload else text.lstrip("/ ")

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes of the channel (called by Rasa)."""
        routes = Gated("rest")
        mode, proxies = ServerSettings.read().rest, ChatSettings.read().proxies
        routes.listener(keep_house, "after_server_start")

        @routes.middleware("request")
        async def admit(request: Request) -> None:
            if not _may_use(request, mode, proxies):
                count_refusal("rest", "not_local")
                raise Forbidden(
                    "The REST channel is for programs of this machine alone, in JSON. Set "
                    "CIMENTO_REST=open to open it; the website talks to /chat."
                )

        @routes.get("/")
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            sender, text = self._read(request)
            output, begun = CollectingOutputChannel(), monotonic()
            message = UserMessage(text, output, sender, input_channel=self.name())
            try:
                await on_new_message(message)
            except (Exception, asyncio.CancelledError) as error:
                # The traceback may hold the patient's words: only its kind is logged.
                logger.error("A message could not be handled: %s.", type(error).__name__)
            turn = complete(output.messages, sender, self._catalogue, heard=text)
            count_turn("rest", monotonic() - begun, turn)
            return response.json(turn)

        return routes


def _may_use(request: Request, mode: str, proxies: int) -> bool:
    """Whether the REST channel is open to `request`; `mode` is one of REST_MODES."""
    if mode == "loopback":
        return comes_from_here(request, proxies)
    return mode == "open"
