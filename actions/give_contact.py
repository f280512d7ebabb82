"""The custom action that gives the service's number."""

from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from cimento.dialogue.aftermath import remembered


class ActionGiveContact(Action):
    """Give the number and extension held by the slots service_phone, service_extension.

    After an emergency « redites-moi le numéro » asks for that one: its advice is said again.
    """

    def name(self) -> str:
        return "action_give_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        state = remembered(tracker.slots, datetime.now(timezone.utc))
        urgent = {"urgence": "utter_emergency", "suicidal": "utter_suicidal"}
        dispatcher.utter_message(response=urgent.get(state or "", "utter_contact"))
        return []
