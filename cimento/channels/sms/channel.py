"""Rasa input channel of text messages: the provider's webhooks under /webhooks/sms."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from functools import wraps

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.channels.gate import Gated
from cimento.channels.housekeeping import keep_house
from cimento.channels.local import comes_from_here
from cimento.channels.sms.assistant import CHANNEL, OnNewMessage
from cimento.channels.sms.check_ins import add_check_ins
from cimento.channels.sms.dialogue import Dialogue
from cimento.channels.sms.reception import EVERY, Reception
from cimento.followup.listener import FollowUpListener
from cimento.followup.protocol import read_protocol
from cimento.monitoring.turns import count_refusal
from cimento.settings.chat import ChatSettings
from cimento.settings.servers import ServerSettings
from cimento.settings.sms import SmsSettings
from cimento.settings.storage import StorageSettings
from cimento.sms.inbox import Inbox
from cimento.sms.numbers import can_be_answered, sender
from cimento.sms.providers import make_provider
from cimento.sms.providers.base import Provider, Received, Refused
from cimento.sms.providers.console import ConsoleProvider
from cimento.store.database import Database, open_database

logger = logging.getLogger(__name__)

# A provider waits some 15 seconds for its acknowledgement; a turn may take longer.
_PATIENCE = 10.0
_LOCKED = 2.0  # seconds that an alarm waits for a database that is locked
_SENDING = 5  # seconds more than a turn that a stop waits for what is under way
Handler = Callable[[Request], Awaitable[HTTPResponse]]


class SmsInput(InputChannel):
    """The `sms` channel, through the provider that the settings choose."""

    def __init__(
        self,
        settings: SmsSettings | None = None,
        listener: FollowUpListener | None = None,
        database: Database | None = None,
        provider: Provider | None = None,
        catalogue: Catalogue | None = None,
        every: float = EVERY,
    ) -> None:
        self._settings = settings or SmsSettings.read()
        self._proxies = ChatSettings.read().proxies
        if self._settings.provider == "off":
            return
        database = database or open_database(StorageSettings.read().database_url, _LOCKED)
        self._listener = listener or FollowUpListener(database, read_protocol())
        self._provider = provider or make_provider(self._settings, database.engine)
        dialogue = Dialogue(
            self._provider,
            database,
            self._listener,
            catalogue or load_catalogue(),
            self._settings.turn_seconds,
        )
        place = f"{socket.gethostname()}:{ServerSettings.read().port}"
        self._reception = Reception(
            Inbox(database.engine, self._provider.name, place),
            dialogue,
            self._provider,
            self._listener,
            self._settings.per_hour,
            every,
        )
        self._own_number = sender(self._settings.own_number)

    @classmethod
    def name(cls) -> str:
        """Return the name that conversations and responses know the channel by."""
        return CHANNEL

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the routes of the provider, and of no other (called by Rasa)."""
        routes = Gated("sms")
        routes.listener(keep_house, "after_server_start")
        if self._settings.provider == "off":
            return routes
        add_check_ins(routes)

        @routes.listener("after_server_start")
        async def make_rounds(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            rounds = self._reception.make_rounds(app.ctx.agent, on_new_message)
            app.ctx.sms_rounds = loop.create_task(rounds)

        @routes.listener("before_server_stop")
        async def finish(app: Sanic, _: object) -> None:
            app.ctx.sms_rounds.cancel()
            await self._reception.finish(self._settings.turn_seconds + _SENDING)

        @_guarded
        async def inbound(request: Request) -> HTTPResponse:
            self._check_local(request)
            message = self._provider.read(_received(request))
            number = sender(message.number)
            if number and number == self._own_number:
                logger.info("A message from our own number was not answered.")
                return self._acknowledge()
            simulated = isinstance(self._provider, ConsoleProvider)
            received = await self._reception.receive(
                request.app.ctx.agent,
                message,
                number,
                on_new_message,
                patience=None if simulated else _PATIENCE,
            )
            if not received:
                return _try_again()
            if simulated:
                return await self._phone_shows(number, reference=f"reply-{message.id}-")
            return self._acknowledge()

        @_guarded
        async def report(request: Request) -> HTTPResponse:
            await asyncio.to_thread(self._report, _received(request))
            return response.empty()

        @_guarded
        async def phone(request: Request) -> HTTPResponse:
            self._check_local(request)
            number, after = sender(request.args.get("from", "")), request.args.get("after", "0")
            if not can_be_answered(number) or not after.isdecimal() or len(after) > 12:
                raise Refused(400, "give ?from=06…&after=the last id known")
            return await self._phone_shows(number, int(after))

        route = self._provider.inbound
        routes.add_route(inbound, route.path, methods=[route.method], name="inbound")
        if reports := self._provider.reports:
            routes.add_route(report, reports.path, methods=[reports.method], name="report")
        if isinstance(self._provider, ConsoleProvider):
            routes.add_route(phone, "/console", methods=["GET"], name="phone")
        return routes

    def _check_local(self, request: Request) -> None:
        """Refuse a request for the simulated phone that does not come from this machine."""
        simulated = isinstance(self._provider, ConsoleProvider)
        if simulated and not comes_from_here(request, self._proxies):
            raise Refused(403, "the simulated phone is for programs of this machine alone, in JSON")

    def _acknowledge(self) -> HTTPResponse:
        body, content_type = self._provider.acknowledgement
        return response.text(body, content_type=content_type)

    async def _phone_shows(self, number: str, after: int = 0, reference: str = "") -> HTTPResponse:
        assert isinstance(self._provider, ConsoleProvider)
        shown = await asyncio.to_thread(self._provider.received_by, number, after, reference)
        return response.json({"messages": shown})

    def _report(self, received: Received) -> None:
        report = self._provider.read_report(received)
        # An unknown reference: purged, or somebody else's.
        if report and self._provider.note(report):
            try:
                self._listener.reported(report.reference, datetime.now(timezone.utc), report.state)
            except Exception as error:
                logger.error("The follow-up was not told (reported): %s.", type(error).__name__)


def _received(request: Request) -> Received:
    try:
        query = request.query_string
    except UnicodeDecodeError as error:
        raise Refused(400, "the address is not ASCII") from error
    return Received(
        path_and_query=f"{request.path}?{query}" if query else request.path,
        body=request.body,
        headers={name.lower(): value for name, value in request.headers.items()},
    )


def _try_again() -> HTTPResponse:
    return response.text("try again later\n", status=503, headers={"Retry-After": "10"})


def _guarded(handler: Handler) -> Handler:
    """Refuse what is not authentic or malformed; ask for a repetition when we fail ourselves."""

    @wraps(handler)
    async def guarded(request: Request) -> HTTPResponse:
        try:
            return await handler(request)
        except Refused as refusal:
            count_refusal("sms", "token" if refusal.status == 403 else "malformed")
            logger.warning("A request was refused: %s.", refusal)
            return response.text(f"{refusal}\n", status=refusal.status)
        except Exception as error:
            # The database, mostly. The traceback may hold private words: only the kind is logged.
            logger.error("A request about SMS failed: %s.", type(error).__name__)
            return _try_again()

    return guarded
