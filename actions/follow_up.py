"""The custom action that answers a question which names no topic of its own."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue.follow_up import FollowUp
from cimento.dialogue.turns import split_turns


class ActionFollowUp(Action):
    """Answer « pourquoi ? », « jusqu'à quand ? », « et le deuxième ? » on the last topic."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._follow_up = FollowUp(catalogue or load_catalogue())

    def name(self) -> str:
        return "action_follow_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        say = self._follow_up.answer(
            tracker.latest_message["intent"]["name"],
            split_turns(tracker.events),
            channel=tracker.get_latest_input_channel() or "",
            text=tracker.latest_message.get("text") or "",
            moment=next(tracker.get_latest_entity_values("moment"), None),
        )
        dispatcher.utter_message(response=say.response, **say.fill)
        return []
