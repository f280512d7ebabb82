"""The custom action for messages that were not understood."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turns import intent, split_turns
from cimento.answers.catalogue import Catalogue, load_catalogue

MOST_TOPICS = 3
FALLBACK = "nlu_fallback"


class ActionOfferTopics(Action):
    """Offer the likeliest topics as buttons; with none, or after two failures, the numbers."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._titles = (catalogue or load_catalogue()).titles

    def name(self) -> str:
        return "action_offer_topics"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        turns = split_turns(tracker.events)
        if len(turns) > 1 and intent(turns[-2]) == FALLBACK:
            dispatcher.utter_message(response="utter_help/give_up")
            return []
        ranking = tracker.latest_message.get("intent_ranking") or []
        names = [entry["name"] for entry in ranking if entry["name"] in self._titles]
        likeliest = names[:MOST_TOPICS]
        if not likeliest:
            dispatcher.utter_message(response="utter_help/give_up")
            return []
        buttons = [{"title": self._titles[topic], "payload": f"/{topic}"} for topic in likeliest]
        dispatcher.utter_message(response="utter_help/offer_topics", buttons=buttons)
        return []
