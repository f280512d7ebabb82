"""The custom action for messages about something else, or so it seems."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import message
from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue import unsure
from cimento.dialogue.follow_up import FollowUp, Say


class ActionOutOfScope(Action):
    """Say what the assistant is for; of a short message after an answer, that the sheet does not
    say this of its topic."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or load_catalogue()
        self._follow_up = FollowUp(self._catalogue)

    def name(self) -> str:
        return "action_out_of_scope"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        asked, say = message.read(tracker), Say("utter_out_of_scope")
        if taken_for := unsure.leaning(asked, self._catalogue.titles):
            say = self._follow_up.answer(asked, taken_for)
        message.utter(dispatcher, say)
        return []
