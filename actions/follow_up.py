"""The custom action that answers a question which names no topic of its own."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import message
from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue.follow_up import FollowUp


class ActionFollowUp(Action):
    """Answer « pourquoi ? », « jusqu'à quand ? », « et le deuxième ? » on the last topic."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._follow_up = FollowUp(catalogue or load_catalogue())

    def name(self) -> str:
        return "action_follow_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        message.utter(dispatcher, self._follow_up.answer(message.read(tracker)))
        return []
