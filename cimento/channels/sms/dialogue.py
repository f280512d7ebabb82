"""What becomes of one SMS: it is answered, the follow-up is told, wishes are kept."""

import asyncio
import logging
from datetime import datetime, timezone

from cimento.answers.catalogue import Catalogue
from cimento.channels.sms.assistant import Answer, Assistant, Received
from cimento.followup import people, replies
from cimento.followup.listener import FollowUpListener
from cimento.followup.outcome import OPT_OUT
from cimento.followup.replies import Turn
from cimento.sms import optout
from cimento.sms.numbers import can_be_answered
from cimento.sms.providers.base import (
    PermanentFailure,
    Provider,
    TemporaryFailure,
    UncertainFailure,
)
from cimento.store.database import Database

logger = logging.getLogger(__name__)

_RETRY_AFTER = (1.0, 5.0, 25.0)


class Dialogue:
    """Answers messages whose sender is known, each once.

    `turn_seconds`: then the turn apologises. `retry_after`: seconds before each new try,
    when the provider takes nothing for the moment.
    """

    def __init__(
        self,
        provider: Provider,
        database: Database,
        listener: FollowUpListener,
        catalogue: Catalogue,
        turn_seconds: float,
        retry_after: tuple[float, ...] = _RETRY_AFTER,
    ) -> None:
        self._provider = provider
        self._database = database
        self._listener = listener
        self._assistant = Assistant(catalogue, turn_seconds)
        self._retry_after = retry_after

    async def answer(self, received: Received, over_rate: bool = False) -> None:
        """Handle one message.

        `over_rate`: its number has written more than is answered in an hour, alarms aside. What is
        raised leaves the message to be handled again: an alarm that was not sent, above all.
        """
        conversation, texts = received.conversation, self._assistant.texts
        if optout.read(received.said) == "start":
            await asyncio.to_thread(replies.start, self._database, conversation, _now())
            await self._send(received, texts["started"])
            return
        # The turn is always taken: only reading the words tells an alarm.
        answer = await self._turn(received)
        if answer.urgent:
            await self._send_all(received, answer)
        if OPT_OUT in answer.topics:
            wish = (self._database, conversation, _now(), received.said)
            if await asyncio.to_thread(replies.stop, *wish):
                await self._send(received, texts["stopped"], len(answer.parts))
        elif not (answer.urgent or over_rate or await self._is_opted_out(conversation)):
            await self._send_all(received, answer)

    async def answer_alarm(self, received: Received) -> bool:
        """Answer a message if it is an alarm, while the database takes nothing; return whether
        it was. STOP and the rate are not asked: neither keeps an alarm from being answered."""
        answer = await self._turn(received, away=True)
        if answer.urgent:
            await self._send_all(received, answer)
        return answer.urgent

    async def _is_opted_out(self, conversation: str) -> bool:
        def read() -> bool:
            with self._database.begin() as session:
                return people.is_opted_out(session, conversation)

        return await asyncio.to_thread(read)

    async def _turn(self, received: Received, away: bool = False) -> Answer:
        """Return the answer to a message; the team is told of an alarm before it is sent.

        `away`: the database takes nothing. An alert then goes to the spool without a try.
        """
        answer = await self._assistant.answer(received)
        if optout.read(received.said) == "stop" and OPT_OUT not in answer.topics:
            answer = answer._replace(topics=(*answer.topics, OPT_OUT))
        said, id_ = received.said, received.message.id
        turn = Turn(received.number, _now(), said, answer.level, id_, answer.topics)
        tell = self._listener.told_later if away else self._listener.told
        try:
            await asyncio.to_thread(tell, turn)
        except Exception as error:  # it changes nothing for the patient
            logger.error("The follow-up was not told: %s.", type(error).__name__)
        return answer

    async def _send_all(self, received: Received, answer: Answer) -> None:
        for position, sms in enumerate(answer.parts):
            await self._send(received, sms, position, answer.urgent)

    async def _send(
        self, received: Received, sms: str, position: int = 0, urgent: bool = False
    ) -> None:
        """Send `sms`; raise what keeps an urgent one from being sent for the moment."""
        number, conversation = received.number, received.conversation
        if not can_be_answered(number):  # the team has been told of an alarm
            logger.info("A message from a short code or a name cannot be answered.")
            return
        reference = f"reply-{received.message.id}-{position}"
        for wait in (*self._retry_after, None):
            try:
                await asyncio.to_thread(self._provider.send, number, sms, reference, urgent)
                return
            except TemporaryFailure as failure:
                if wait is not None:
                    await asyncio.sleep(wait)
                    continue
                logger.error("An answer to %s was not sent: %s.", conversation, failure)
                if urgent:
                    raise
            except (PermanentFailure, UncertainFailure) as failure:
                logger.error("An answer to %s may not be sent: %s.", conversation, failure)
                if urgent and isinstance(failure, UncertainFailure):
                    raise
            return


def _now() -> datetime:
    return datetime.now(timezone.utc)
