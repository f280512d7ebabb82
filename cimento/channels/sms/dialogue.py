"""What is answered to one SMS: wishes first, alarms always, words through Rasa."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any, NamedTuple

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import TrackerStore

from cimento.answers.catalogue import SMS, Catalogue
from cimento.channels.sms import choices
from cimento.channels.sms.compose import Composer
from cimento.channels.turn import Message, complete, said_once
from cimento.followup import people
from cimento.followup.listener import FollowUpListener
from cimento.nlu import alarms
from cimento.nlu.text import clip
from cimento.sms import optout
from cimento.sms.providers.base import (
    Inbound,
    PermanentFailure,
    Provider,
    TemporaryFailure,
    UncertainFailure,
)
from cimento.store.database import Database

logger = logging.getLogger(__name__)

CHANNEL = SMS
_HUMAN = "human"  # the topic of those who ask for somebody
_RETRY_AFTER = (1.0, 5.0, 25.0)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class Reply(NamedTuple):
    """An SMS to send. `urgent`: it tells somebody whom to call; rather twice than never."""

    sms: str
    urgent: bool = False


class Received(NamedTuple):
    """An SMS and what it takes to answer it. `number`: of its sender, E.164."""

    message: Inbound
    number: str
    conversation: str
    on_new_message: OnNewMessage
    trackers: TrackerStore


class SmsOutput(CollectingOutputChannel):
    """Collects a turn; its name makes Rasa choose the wordings for SMS."""

    @classmethod
    def name(cls) -> str:
        """Return the name that responses know the channel by."""
        return CHANNEL

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep `text` whole: there is one message, however many paragraphs."""
        await self._persist_message(self._message(recipient_id, text=text))


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
        self._catalogue = catalogue
        self._composer = Composer(catalogue)
        self._turn_seconds = turn_seconds
        self._retry_after = retry_after

    async def answer(self, received: Received, over_rate: bool = False) -> None:
        """Handle one message.

        `over_rate`: its number has written more than is answered in an hour, alarms aside. What is
        raised leaves the message to be handled again: an alarm that was not sent, above all.
        """
        message, conversation = received.message, received.conversation
        said = clip(message.text.strip())
        wish = optout.read(said)
        to_send: list[Reply] = []
        if wish == "start":
            await asyncio.to_thread(people.record_start, self._database, conversation, _now())
            to_send.append(Reply(self._composer.texts["started"]))
        else:
            stopped_now = wish == "stop" and await asyncio.to_thread(
                people.record_stop, self._database, conversation, _now()
            )
            silent = over_rate or await asyncio.to_thread(self._is_opted_out, conversation)
            if not silent or alarms.heard(said):
                to_send += await self._turn(received)
            if stopped_now:
                to_send.append(Reply(self._composer.texts["stopped"]))
        for position, reply in enumerate(to_send):
            await self._send(received, reply, position)

    async def answer_alarm(self, received: Received) -> bool:
        """Answer a message if it is an alarm, while the database takes nothing; return whether
        it was. STOP and the rate are not asked: neither keeps an alarm from being answered."""
        replies = [reply for reply in await self._turn(received, away=True) if reply.urgent]
        for position, reply in enumerate(replies):
            await self._send(received, reply, position)
        return bool(replies)

    def _is_opted_out(self, conversation: str) -> bool:
        with self._database.begin() as session:
            return people.is_opted_out(session, conversation)

    async def _turn(self, received: Received, away: bool = False) -> list[Reply]:
        """Return the SMS that answer `message`; the team is told of an alarm before.

        `away`: the database takes nothing. An alert then goes to the spool without a try.
        """
        message, number, conversation, on_new_message, trackers = received
        said = clip(message.text.strip())
        tracker = await trackers.retrieve(conversation)
        events = list(tracker.events) if tracker else []
        spoken_before = any(event.type_name == "bot" for event in events)
        texts = self._composer.texts
        opening = "" if spoken_before else texts["disclosure"]
        if not any(character.isalnum() for character in said):
            words = {"text": texts["media" if message.media else "wordless"]}
            return [Reply(self._composer.compose([words], opening))]
        if not away:
            await self._tell(self._listener.replied, conversation)
        # What the patient types is text, whatever it starts with: "/ 38,5 ce soir".
        words_read = choices.chosen(said, choices.offered(events)) or said.lstrip("/ ")
        messages, custom = await self._ask(words_read, conversation, on_new_message)
        level = custom["escalation"]
        topics = {custom["topic"], *(other["topic"] for other in custom.get("also", []))}
        if level != "none" or _HUMAN in topics:
            tell = self._listener.escalated_later if away else self._listener.escalated
            await self._tell(tell, number, said, level, message.id)
        asks = any(sent.get("buttons") for sent in messages)  # its choices stay the last lines
        calm = opening and level == "none" and not (message.media or asks)
        sms = self._composer.compose(messages, opening, texts["privacy"] if calm else "")
        parts = self._composer.with_unseen(sms) if message.media else [sms]
        return [Reply(part, level != "none") for part in parts]

    async def _ask(
        self, words: str, conversation: str, on_new_message: OnNewMessage
    ) -> tuple[list[Message], dict[str, Any]]:
        """Return the messages of the turn, as Rasa made them, and its one custom object.

        When it takes too long or fails: what was said so far, else what turn.complete makes of it.
        """
        output = SmsOutput()
        message = UserMessage(words, output, conversation, input_channel=CHANNEL)
        try:
            await asyncio.wait_for(on_new_message(message), self._turn_seconds)
        except Exception as error:
            # The traceback may hold the patient's words: only its kind is logged.
            logger.error("A message could not be handled: %s.", type(error).__name__)
        turn = complete(output.messages, conversation, self._catalogue, CHANNEL, words)
        said = any(sent.get("text") for sent in output.messages)
        return (said_once(output.messages) if said else turn), turn[-1]["custom"]

    async def _send(self, received: Received, reply: Reply, position: int) -> None:
        """Send `reply`; raise what keeps an urgent one from being sent for the moment."""
        number, conversation = received.number, received.conversation
        reference = f"reply-{received.message.id}-{position}"
        for wait in (*self._retry_after, None):
            try:
                await asyncio.to_thread(
                    self._provider.send, number, reply.sms, reference, reply.urgent
                )
                return
            except TemporaryFailure as failure:
                if wait is not None:
                    await asyncio.sleep(wait)
                    continue
                logger.error("An answer to %s was not sent: %s.", conversation, failure)
                if reply.urgent:
                    raise
            except (PermanentFailure, UncertainFailure) as failure:
                logger.error("An answer to %s may not be sent: %s.", conversation, failure)
                if reply.urgent and isinstance(failure, UncertainFailure):
                    raise
            return

    @staticmethod
    async def _tell(listen: Callable[..., None], who: str, *details: object) -> None:
        """Tell the follow-up; what it raises changes nothing for the patient."""
        try:
            await asyncio.to_thread(listen, who, _now(), *details)
        except Exception as error:
            event, kind = listen.__name__, type(error).__name__
            logger.error("The follow-up was not told (%s): %s.", event, kind)


def _now() -> datetime:
    return datetime.now(timezone.utc)
