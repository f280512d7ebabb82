"""The custom action that empties the answer of symptom_form."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher


class ActionForgetSymptom(Action):
    """Empty symptom__has_sign: a form whose slot is filled would not ask again.

    Whether there was an answer is remembered: it may be corrected.
    """

    def name(self) -> str:
        return "action_forget_symptom"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        answered = tracker.get_slot("symptom__has_sign") is not None
        return [SlotSet("symptom__has_sign", None), SlotSet("symptom__answered", answered)]
