"""The custom action that says the last answer again."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turns import said, split_turns


class ActionRepeatAnswer(Action):
    """Utter again the responses of the last turn that had any, whatever came between."""

    def name(self) -> str:
        return "action_repeat_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        for turn in reversed(split_turns(tracker.events)[:-1]):
            responses = said(turn)
            if responses:
                for response in responses:
                    dispatcher.utter_message(response=response)
                return []
        dispatcher.utter_message(response="utter_help/nothing_to_repeat")
        return []
