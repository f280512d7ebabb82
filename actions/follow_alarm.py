"""The custom action that answers what is said in answer to an alarm."""

from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import message
from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue import aftermath, unsure
from cimento.dialogue.follow_up import FollowUp, Say


class ActionFollowAlarm(Action):
    """Repeat the advice to who doubts, say what is next to who gets no answer.

    Without an alarm, what may as well lean on the last answer (« et eux, ils sont là ? ») does.
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or load_catalogue()
        self._follow_up = FollowUp(self._catalogue)

    def name(self) -> str:
        return "action_follow_alarm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        asked = message.read(tracker)
        state = aftermath.remembered(tracker.slots, datetime.now(timezone.utc))
        say = Say(aftermath.response(asked.intent, state, self._catalogue.responses))
        if not state and (taken_for := unsure.leaning(asked, self._catalogue.titles)):
            say = self._follow_up.answer(asked, taken_for)
        message.utter(dispatcher, say)
        return [SlotSet("escalation__level", None)] if asked.intent == aftermath.SETTLED else []
