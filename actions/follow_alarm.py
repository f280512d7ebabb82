"""The custom action that answers what is said in answer to an alarm."""

from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue import aftermath, unsure
from cimento.dialogue.follow_up import FollowUp, Say
from cimento.dialogue.turns import split_turns


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
        message, turns = tracker.latest_message, split_turns(tracker.events)
        intent, text = message["intent"]["name"], message.get("text") or ""
        state = aftermath.remembered(tracker.slots, datetime.now(timezone.utc))
        titles, confidence = self._catalogue.titles, message["intent"]["confidence"]
        asked = None if state else unsure.leaning(turns, text, confidence, titles)
        if asked:
            channel = tracker.get_latest_input_channel() or ""
            say = self._follow_up.answer(asked, turns, channel, text, None)
        else:
            say = Say(aftermath.response(intent, state, self._catalogue.responses))
        dispatcher.utter_message(response=say.response, **say.fill)
        return [SlotSet("escalation__level", None)] if intent == aftermath.SETTLED else []
