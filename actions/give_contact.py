"""The custom action that gives the service's number."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import message
from cimento.dialogue.aftermath import emergency_just_told
from cimento.dialogue.follow_up import Say


class ActionGiveContact(Action):
    """Give the number and extension held by the slots service_phone, service_extension.

    « Redites-moi le numéro », in answer to an emergency, asks for that one: its advice is said
    again.
    """

    def name(self) -> str:
        return "action_give_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        topic = emergency_just_told(message.read(tracker).turns) or "contact"
        message.utter(dispatcher, Say(f"utter_{topic}"))
        return []
