"""Each SMS received is stored, answered once, and only then forgotten by us and by the provider.

What a stop, a crash or a failure cut off is taken up again at the next start or round. While the
database takes nothing, alarms are answered all the same, and the provider keeps the rest.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from cimento.channels.sms.assistant import OnNewMessage, Received
from cimento.channels.sms.dialogue import Dialogue
from cimento.followup.listener import FollowUpListener
from cimento.sms.inbox import Inbox
from cimento.sms.numbers import sender
from cimento.sms.providers.base import Inbound, Provider
from cimento.store.vault import conversation_id

if TYPE_CHECKING:  # it brings TensorFlow, for which nobody else here has to wait
    from rasa.core.agent import Agent

logger = logging.getLogger(__name__)

EVERY = 15.0  # seconds between two rounds
_HOUR = timedelta(hours=1)
_AT_ONCE = 4  # messages that a round takes up
_REMEMBERED = 10_000  # messages answered while they could not be stored


class Reception:
    """Takes in the messages of one provider, and sees that none is left. `per_hour`: answers to
    one number, alarms aside. `every`: seconds between two rounds."""

    def __init__(
        self,
        inbox: Inbox,
        dialogue: Dialogue,
        provider: Provider,
        listener: FollowUpListener,
        per_hour: int,
        every: float = EVERY,
    ) -> None:
        self._inbox = inbox
        self._dialogue = dialogue
        self._provider = provider
        self._listener = listener
        self._per_hour = per_hour
        self._every = every
        self._under_way: dict[str, asyncio.Future[bool]] = {}
        self._stored: set[str] = set()  # of those under way
        self._begun: set[str] = set()  # since the last round looked for what was left
        self._answered_unstored: OrderedDict[str, None] = OrderedDict()

    async def receive(
        self,
        agent: "Agent",
        message: Inbound,
        number: str,
        on_new_message: OnNewMessage,
        patience: float | None,
    ) -> bool:
        """Store and answer `message`; return whether the provider may forget it.

        It may when the message is answered, or is stored and has been under way for `patience`
        (seconds; None: until it is answered). A repetition of one under way must come again.
        Raises what went wrong.
        """
        repeated = message.id in self._under_way
        if not repeated:
            self._start(message.id, self._handle(agent, message, number, on_new_message))
        handling = self._under_way[message.id]
        # Not cancelled when the provider hangs up: the patient is answered all the same.
        await asyncio.wait([handling], timeout=patience)
        if handling.done():
            return handling.result()
        return message.id in self._stored and not repeated

    def _start(self, message_id: str, handling: Awaitable[bool]) -> None:
        self._begun.add(message_id)
        future = self._under_way[message_id] = asyncio.ensure_future(handling)

        def forget(done: "asyncio.Future[bool]") -> None:
            self._under_way.pop(message_id, None)
            self._stored.discard(message_id)
            if not done.cancelled():
                done.exception()  # told of already

        future.add_done_callback(forget)

    async def _handle(
        self, agent: "Agent", message: Inbound, number: str, on_new_message: OnNewMessage
    ) -> bool:
        if message.id in self._answered_unstored:
            return True
        conversation = conversation_id(number)
        try:
            taken = await asyncio.to_thread(self._inbox.take, message, conversation)
        except SQLAlchemyError as error:
            logger.error("An SMS could not be stored: %s.", type(error).__name__)
            received = Received(message, number, conversation, on_new_message, agent.tracker_store)
            if not await self._dialogue.answer_alarm(received):
                raise
            self._answered_unstored[message.id] = None
            if len(self._answered_unstored) > _REMEMBERED:
                self._answered_unstored.popitem(last=False)
            return True
        if taken != "taken":
            return taken == "done"
        self._stored.add(message.id)
        return await self._answer(agent, message, number, on_new_message)

    async def _answer(
        self, agent: "Agent", message: Inbound, number: str, on_new_message: OnNewMessage
    ) -> bool:
        """Answer a message that is stored and ours; raise what leaves it to be answered again."""
        conversation = conversation_id(number)
        try:
            hour_ago = datetime.now(timezone.utc) - _HOUR
            count = await asyncio.to_thread(self._inbox.count_since, conversation, hour_ago)
            received = Received(message, number, conversation, on_new_message, agent.tracker_store)
            await self._dialogue.answer(received, over_rate=count > self._per_hour)
            await asyncio.to_thread(self._inbox.done, message.id)
        except BaseException as error:
            logger.error("An SMS was not handled: %s.", type(error).__name__)
            with suppress(SQLAlchemyError):  # a round finds it: it is ours and not under way
                await asyncio.to_thread(self._inbox.give_back, message.id)
            raise
        return True

    async def make_rounds(self, agent: "Agent", on_new_message: OnNewMessage) -> None:
        """Take up what was left, now and then for ever. A failure is for the next round."""
        while True:
            for work in (self._record_late, lambda: self._take_up(agent, on_new_message)):
                try:
                    await work()
                except Exception as error:
                    logger.error("What was left waits: %s.", type(error).__name__)
            await asyncio.sleep(self._every)

    async def _record_late(self) -> None:
        await asyncio.to_thread(self._listener.raise_what_waits)
        await asyncio.to_thread(self._provider.record_late)

    async def _take_up(self, agent: "Agent", on_new_message: OnNewMessage) -> None:
        self._begun = set()
        found = await asyncio.to_thread(self._inbox.take_up, frozenset(self._under_way))
        # One that came meanwhile is ours, and is not left.
        left = [message for message in found if message.id not in self._begun]
        turns = asyncio.Semaphore(_AT_ONCE)

        async def answer(message: Inbound, number: str) -> bool:
            async with turns:
                return await self._answer(agent, message, number, on_new_message)

        for message in left:
            self._start(message.id, answer(message, sender(message.number)))
        if left:
            logger.warning("%d SMS were taken up again.", len(left))
            futures: list[Any] = [self._under_way[m.id] for m in left if m.id in self._under_way]
            await asyncio.gather(*futures, return_exceptions=True)

    async def finish(self, seconds: float) -> None:
        """Wait until nothing is under way, for `seconds` at most."""
        if self._under_way:
            await asyncio.wait(list(self._under_way.values()), timeout=seconds)
