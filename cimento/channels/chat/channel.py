"""Rasa input channel of the website chat: pages under /chat, and the widget's endpoint."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import wraps
from time import monotonic
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.answers.unanswered import Unanswered
from cimento.channels.chat.guard import Guard, Said
from cimento.channels.chat.pages import Pages
from cimento.channels.chat.refusals import Refusal
from cimento.channels.chat.relatives import for_somebody
from cimento.channels.chat.replies import Replies
from cimento.channels.chat.sessions import Sessions
from cimento.channels.chat.site import ChatBlueprint, add_pages
from cimento.channels.chat.welcome import apology, welcome
from cimento.channels.housekeeping import keep_house
from cimento.channels.turn import Message, complete
from cimento.followup.schedule import PARIS
from cimento.monitoring.turns import count_refusal, count_turn
from cimento.settings.chat import ChatSettings
from cimento.settings.headers import HEADERS
from cimento.store.tracker_store import REASONS, stored_in

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
Handler = Callable[..., Awaitable[HTTPResponse]]

_ENDPOINT = {**HEADERS, "Cache-Control": "no-store"}


class ChatInput(InputChannel):
    """The website chat."""

    def __init__(
        self, settings: ChatSettings | None = None, catalogue: Catalogue | None = None
    ) -> None:
        self._settings = settings or ChatSettings.read()
        self._catalogue = catalogue or load_catalogue()
        self._pages = Pages(self._catalogue)
        self._replies = Replies(self._catalogue)
        self._welcome = welcome(self._catalogue, self._replies, self._settings.max_characters)
        self._unanswered = Unanswered(self._catalogue)
        self._sessions = Sessions(self._settings.idle_minutes)
        self._guard = Guard(self._settings)

    @classmethod
    def name(cls) -> str:
        """Return the name that conversations and responses know the channel by."""
        return "chat"

    def url_prefix(self) -> str:
        """Return /chat: pages for patients have no business under /webhooks."""
        return "/chat"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the routes of the chat (called by Rasa)."""
        routes = ChatBlueprint("chat")
        routes.listener(keep_house, "after_server_start")

        @routes.listener("after_server_start")
        async def believe_proxies(app: Sanic, _: object) -> None:
            app.config.PROXIES_COUNT = self._settings.proxies or None

        add_pages(routes, self._pages, self._replies.service, self._settings.origins)

        @routes.post("/sessions")
        @self._guarded
        async def sessions(_: Request) -> HTTPResponse:
            token = self._sessions.token(self._sessions.new_conversation())
            return response.json({"token": token, **self._welcome}, status=201)

        @routes.post("/messages")
        @self._guarded
        async def messages(request: Request) -> HTTPResponse:
            conversation = self._conversation(request)
            self._guard.count_message(conversation)
            said = self._guard.said(self._guard.read_object(request))
            text = await self._text(request.app, conversation, said)
            heard = await self._turn(on_new_message, conversation, text)
            await self._count(request.app, conversation, heard, said.text or "")
            turn = self._replies.reply(heard, relative=for_somebody(said.text or ""))
            judged = self._sessions.answer(conversation, turn["topic"] or "")
            token = self._sessions.token(conversation)
            return response.json({"token": token, "turn": judged, **turn})

        @routes.post("/feedback")
        @self._guarded
        async def feedback(request: Request) -> HTTPResponse:
            conversation = self._conversation(request)
            match self._guard.read_object(request):
                case {"turn": str(answer), "helpful": bool(helpful), **more}:
                    reason = more.get("reason")
                    if reason not in (None, *REASONS):
                        raise Refusal("malformed")
                    topic, unique = self._sessions.judged(conversation, answer)
                    store = stored_in(request.app.ctx.agent)
                    await asyncio.to_thread(store.judge, unique, topic, helpful, reason)
                    return response.empty()
            raise Refusal("malformed")

        @routes.delete("/conversation")
        @self._guarded
        async def erase(request: Request) -> HTTPResponse:
            conversation = self._conversation(request)
            agent = request.app.ctx.agent
            async with agent.lock_store.lock(conversation):  # not in the middle of a turn
                await asyncio.to_thread(stored_in(agent).conversations.erase, conversation)
            return response.empty()

        return routes

    def _guarded(self, handler: Handler) -> Handler:
        """Check origin and rate, and turn whatever goes wrong into a clear answer."""

        @wraps(handler)
        async def guarded(request: Request, **arguments: Any) -> HTTPResponse:
            try:
                self._guard.check_origin(request)
                self._guard.count_address(request)
                answer = await handler(request, **arguments)
            except Refusal as refusal:
                count_refusal("chat", refusal.code)
                answer = response.json(refusal.as_json(), status=refusal.status)
                if refusal.retry_after:
                    answer.headers["Retry-After"] = str(refusal.retry_after)
            except Exception as error:
                logger.error("A request could not be handled: %s.", type(error).__name__)
                answer = response.json(apology(self._catalogue), status=503)
            answer.headers.update(_ENDPOINT)
            return answer

        return guarded

    def _conversation(self, request: Request) -> str:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Refusal("session_missing")
        return self._sessions.conversation(token.strip())

    @staticmethod
    async def _text(app: Sanic, conversation: str, said: Said) -> str:
        """Return what Rasa is to read: text that is no command, or an offered payload."""
        if said.text is not None:
            return said.text.strip().lstrip("/ ") or "?"
        tracker = await app.ctx.agent.tracker_store.retrieve(conversation)
        events = tracker.events if tracker else []
        offered = {
            button["payload"]
            for event in events
            if event.type_name == "bot"
            for button in event.data.get("buttons") or []
        }
        payload = said.payload or ""
        if payload not in offered:
            raise Refusal("button_not_offered")
        return payload

    async def _count(self, app: Sanic, conversation: str, turn: list[Message], words: str) -> None:
        """Count what a turn left unanswered, for the department. Nothing holds an alarm up, and
        what cannot be counted is lost."""
        if turn[-1]["custom"]["escalation"] != "none":
            return
        if not (themes := self._unanswered.themes(turn, words)):
            return
        try:
            asked, today = stored_in(app.ctx.agent).conversations.asked, datetime.now(PARIS).date()
            await asyncio.to_thread(asked.note, conversation, themes, today)
        except Exception as error:
            logger.error("A question without an answer is not counted: %s.", type(error).__name__)

    async def _turn(
        self, on_new_message: OnNewMessage, conversation: str, text: str
    ) -> list[dict[str, Any]]:
        """Return the completed turn; what was said so far when it takes too long or fails."""
        output, begun = CollectingOutputChannel(), monotonic()
        message = UserMessage(text, output, conversation, input_channel=self.name())
        try:
            await asyncio.wait_for(on_new_message(message), self._settings.turn_seconds)
        except Exception as error:
            # The traceback may hold the patient's words: only its kind is logged.
            logger.error("A message could not be handled: %s.", type(error).__name__)
        turn = complete(output.messages, conversation, self._catalogue, heard=text)
        count_turn("chat", monotonic() - begun, turn)
        return turn
