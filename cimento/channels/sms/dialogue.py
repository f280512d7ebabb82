"""What is answered to one SMS: wishes first, alarms always, words through Rasa."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

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
_UNAVAILABLE = "unavailable"  # the topic of the apology
_HUMAN = "human"  # the topic of those who ask for somebody
_RETRY_AFTER = (1.0, 5.0, 25.0)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


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

    async def answer(
        self,
        message: Inbound,
        number: str,
        conversation: str,
        on_new_message: OnNewMessage,
        trackers: TrackerStore,
        over_rate: bool = False,
    ) -> None:
        """Handle one message from `number` (E.164).

        `over_rate`: it has written more than is answered in an hour, alarms aside.
        """
        said = clip(message.text.strip())
        wish = optout.read(said)
        alarm = alarms.heard(said) is not None
        to_send: list[str] = []
        if wish == "start":
            await asyncio.to_thread(people.record_start, self._database, conversation, _now())
            to_send.append(self._composer.texts["started"])
        else:
            stopped_now = wish == "stop" and await asyncio.to_thread(
                people.record_stop, self._database, conversation, _now()
            )
            silent = over_rate or await asyncio.to_thread(self._is_opted_out, conversation)
            if alarm or not silent:
                turn = self._turn(message, number, conversation, on_new_message, trackers)
                to_send.append(await turn)
            if stopped_now:
                to_send.append(self._composer.texts["stopped"])
        for position, sms in enumerate(to_send):
            await self._send(number, sms, f"reply-{message.id}-{position}", conversation)

    def _is_opted_out(self, conversation: str) -> bool:
        with self._database.begin() as session:
            return people.is_opted_out(session, conversation)

    async def _turn(
        self,
        message: Inbound,
        number: str,
        conversation: str,
        on_new_message: OnNewMessage,
        trackers: TrackerStore,
    ) -> str:
        """Return the SMS that answers `message`."""
        said = clip(message.text.strip())
        tracker = await trackers.retrieve(conversation)
        events = list(tracker.events) if tracker else []
        spoken_before = any(event.type_name == "bot" for event in events)
        texts = self._composer.texts
        opening = "" if spoken_before else texts["disclosure"]
        if not any(character.isalnum() for character in said):
            words = {"text": texts["media" if message.media else "wordless"]}
            return self._composer.compose([words], opening)
        await self._tell(self._listener.replied, conversation)
        # What the patient types is text, whatever it starts with: "/ 38,5 ce soir".
        words_read = choices.chosen(said, choices.offered(events)) or said.lstrip("/ ")
        messages, custom = await self._ask(words_read, conversation, on_new_message)
        if custom["topic"] == _UNAVAILABLE and (sign := alarms.heard(said)):
            # Rasa failed; the alarm was heard all the same, and the team must know.
            custom = self._escalation(sign)
        level = custom["escalation"]
        topics = {custom["topic"], *(other["topic"] for other in custom.get("also", []))}
        if level != "none" or _HUMAN in topics:
            await self._tell(self._listener.escalated, number, said, level, message.id)
        closing = texts["media_unseen"] if message.media else ""
        asks = any(sent.get("buttons") for sent in messages)  # its choices stay the last lines
        if opening and level == "none" and not (closing or asks):
            closing = texts["privacy"]
        return self._composer.compose(messages, opening, closing)

    async def _ask(
        self, words: str, conversation: str, on_new_message: OnNewMessage
    ) -> tuple[list[Message], dict[str, Any]]:
        """Return the messages of the turn, as Rasa made them, and its one custom object.

        When it takes too long or fails: what was said so far, else the apology.
        """
        output = SmsOutput()
        message = UserMessage(words, output, conversation, input_channel=CHANNEL)
        try:
            await asyncio.wait_for(on_new_message(message), self._turn_seconds)
        except Exception as error:
            # The traceback may hold the patient's words: only its kind is logged.
            logger.error("A message could not be handled: %s.", type(error).__name__)
        turn = complete(output.messages, conversation, self._catalogue, CHANNEL)
        said = any(sent.get("text") for sent in output.messages)
        return (said_once(output.messages) if said else turn), turn[-1]["custom"]

    async def _send(self, number: str, sms: str, reference: str, conversation: str) -> None:
        for wait in (*self._retry_after, None):
            try:
                await asyncio.to_thread(self._provider.send, number, sms, reference)
                return
            except TemporaryFailure as failure:
                if wait is None:
                    logger.error("An answer to %s was not sent: %s.", conversation, failure)
                    return
                await asyncio.sleep(wait)
            except (PermanentFailure, UncertainFailure) as failure:
                logger.error("An answer to %s may not be sent: %s.", conversation, failure)
                return

    @staticmethod
    async def _tell(listen: Callable[..., None], who: str, *details: object) -> None:
        """Tell the follow-up; what it raises changes nothing for the patient."""
        try:
            await asyncio.to_thread(listen, who, _now(), *details)
        except Exception as error:
            event, kind = listen.__name__, type(error).__name__
            logger.error("The follow-up was not told (%s): %s.", event, kind)

    def _escalation(self, sign: str) -> dict[str, Any]:
        return {"topic": sign, "section": None, "escalation": self._catalogue.escalations[sign]}


def _now() -> datetime:
    return datetime.now(timezone.utc)
