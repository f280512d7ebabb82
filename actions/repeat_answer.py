"""The custom action that says the last answer again."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.simpler import asks_simpler
from actions.turns import said, split_turns
from cimento.answers.catalogue import Catalogue, load_catalogue


class ActionRepeatAnswer(Action):
    """Utter again the responses of the last turn that had any, whatever came between.

    In their easy wording, where they have one and the patient asks for simpler words.
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._easier = (catalogue or load_catalogue()).easier

    def name(self) -> str:
        return "action_repeat_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        for turn in reversed(split_turns(tracker.events)[:-1]):
            responses = said(turn)
            if responses:
                simpler = asks_simpler(tracker.latest_message.get("text") or "")
                for response in responses:
                    again = self._easier.get(response, response) if simpler else response
                    dispatcher.utter_message(response=again)
                return []
        dispatcher.utter_message(response="utter_help/nothing_to_repeat")
        return []
