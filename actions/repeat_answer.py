"""The custom action that says the last answer again."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue.again import Again
from cimento.dialogue.turns import split_turns


class ActionRepeatAnswer(Action):
    """Say the last answer again, whatever came between; more simply for who asks for that."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._again = Again(catalogue or load_catalogue())

    def name(self) -> str:
        return "action_repeat_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        turns = split_turns(tracker.events)
        easier = tracker.latest_message["intent"]["name"] == "ask_easier"
        channel = tracker.get_latest_input_channel() or ""
        for say in self._again.easier(turns, channel) if easier else self._again.same(turns):
            dispatcher.utter_message(response=say.response, **say.fill)
        return []
