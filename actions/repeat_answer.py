"""The custom action that says the last answer again."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import message
from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue.again import Again


class ActionRepeatAnswer(Action):
    """Say the last answer again, whatever came between; more simply for who asks for that."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._again = Again(catalogue or load_catalogue())

    def name(self) -> str:
        return "action_repeat_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        asked = message.read(tracker)
        if asked.intent == "ask_easier":
            message.utter(dispatcher, *self._again.easier(asked.turns, asked.channel))
        else:
            message.utter(dispatcher, *self._again.same(asked.turns))
        return []
