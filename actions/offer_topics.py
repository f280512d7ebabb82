"""The custom action for messages that were not understood, or answered beside the question."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import message
from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue.unsure import Offers


class ActionOfferTopics(Action):
    """Offer the likeliest topics as buttons, beside what can be said without knowing."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._titles = (catalogue or load_catalogue()).titles
        self._offers = Offers(catalogue or load_catalogue())

    def name(self) -> str:
        return "action_offer_topics"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        say, topics = self._offers.answer(message.read(tracker))
        buttons = [{"title": self._titles[topic], "payload": f"/{topic}"} for topic in topics]
        dispatcher.utter_message(response=say.response, buttons=buttons, **say.fill)
        return []
