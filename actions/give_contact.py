"""The custom action that gives the service's number."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


class ActionGiveContact(Action):
    """Give the number and extension held by the slots service_phone, service_extension."""

    def name(self) -> str:
        return "action_give_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        dispatcher.utter_message(response="utter_contact")
        return []
