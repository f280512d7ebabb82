"""Ask the assistant: one message of a patient, one SMS that answers it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, NamedTuple

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import TrackerStore

from cimento.answers.catalogue import SMS, Catalogue
from cimento.channels.sms import choices
from cimento.channels.sms.compose import Composer
from cimento.channels.turn import Message, complete, reminder, said_once
from cimento.monitoring.turns import count_turn
from cimento.nlu.text import clip
from cimento.sms.providers.base import Inbound

logger = logging.getLogger(__name__)

CHANNEL = SMS
_WORDLESS = "wordless"  # the topic of what holds no words

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class Received(NamedTuple):
    """An SMS and what it takes to answer it. `number`: its sender (sms.numbers.sender)."""

    message: Inbound
    number: str
    conversation: str
    on_new_message: OnNewMessage
    trackers: TrackerStore

    @property
    def said(self) -> str:
        """Its words, the middle of what is too long left out."""
        return clip(self.message.text.strip())


class Answer(NamedTuple):
    """What answers a message: SMS, nearly always one; the `level` of its advice, and the `topics`
    it is about."""

    parts: list[str]
    level: str = "none"
    topics: tuple[str, ...] = ()

    @property
    def urgent(self) -> bool:
        """Whether it tells somebody whom to call."""
        return self.level != "none"


class SmsOutput(CollectingOutputChannel):
    """Collects a turn; its name makes Rasa choose the wordings for SMS."""

    @classmethod
    def name(cls) -> str:
        """Return the name that responses know the channel by."""
        return CHANNEL

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep `text` whole: there is one message, however many paragraphs."""
        await self._persist_message(self._message(recipient_id, text=text))


class Assistant:
    """Answers as Rasa does. `turn_seconds`: then the turn apologises."""

    def __init__(self, catalogue: Catalogue, turn_seconds: float) -> None:
        self._catalogue = catalogue
        self._turn_seconds = turn_seconds
        self._composer = Composer(catalogue)
        self.texts = self._composer.texts

    async def answer(self, received: Received) -> Answer:
        """Take the turn: return what answers, never nothing."""
        media = received.message.media
        tracker = await received.trackers.retrieve(received.conversation)
        events = list(tracker.events) if tracker else []
        spoken_before = any(event.type_name == "bot" for event in events)
        opening = "" if spoken_before else self.texts["disclosure"]
        if any(character.isalnum() for character in received.said):
            # What the patient types is text, whatever it starts with: "/ 38,5 ce soir".
            chosen = choices.chosen(received.said, tracker)
            words = chosen or received.said.lstrip("/ ")
        elif received.said and choices.is_asked(tracker):
            words = choices.read_signs(received.said, tracker)
        else:
            apology = {"text": self.texts["media" if media else "wordless"]}
            return Answer([self._composer.compose([apology], opening)], topics=(_WORDLESS,))
        messages, custom = await self._ask(words, received)
        messages = choices.only_asked(messages)
        level = custom["escalation"]
        asks = any(sent.get("buttons") for sent in messages)  # its choices stay the last lines
        calm = opening and level == "none" and not (media or asks)
        sms = self._composer.compose(messages, opening, self.texts["privacy"] if calm else "")
        also = (other["topic"] for other in custom.get("also", []))
        parts = self._composer.with_unseen(sms) if media else [sms]
        return Answer(
            self._composer.with_reminder(parts, reminder(custom, self._catalogue, CHANNEL)),
            level,
            tuple(dict.fromkeys([custom["topic"], *also])),
        )

    async def _ask(self, words: str, received: Received) -> tuple[list[Message], dict[str, Any]]:
        """Return the messages of the turn, as Rasa made them, and its one custom object.

        When it takes too long or fails: what was said so far, else what turn.complete makes of it.
        """
        output, conversation, begun = SmsOutput(), received.conversation, monotonic()
        message = UserMessage(words, output, conversation, input_channel=CHANNEL)
        try:
            await asyncio.wait_for(received.on_new_message(message), self._turn_seconds)
        except Exception as error:
            # The traceback may hold the patient's words: only its kind is logged.
            logger.error("A message could not be handled: %s.", type(error).__name__)
        turn = complete(output.messages, conversation, self._catalogue, CHANNEL, words)
        count_turn("sms", monotonic() - begun, turn)
        said = any(sent.get("text") for sent in output.messages)
        return (said_once(output.messages) if said else turn), turn[-1]["custom"]
