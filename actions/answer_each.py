"""The custom action that answers every question of one message."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


class ActionAnswerEach(Action):
    """Answer, in the order asked, the topics the NLU found in the message.

    When it found one topic only (a question asked in the middle of a form), that one is
    the intent.
    """

    def name(self) -> str:
        return "action_answer_each"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        intent = tracker.latest_message["intent"]["name"]
        for topic in tracker.latest_message.get("questions") or [intent]:
            dispatcher.utter_message(response=f"utter_{topic}")
        return []
