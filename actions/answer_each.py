"""The custom action that answers every question of one message."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import message
from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue import follow_up
from cimento.dialogue.follow_up import FollowUp, Say
from cimento.nlu.topics import NEGATED


class ActionAnswerEach(Action):
    """Answer, in the order asked, the topics the NLU found in the message.

    When it found one topic only (a question asked in the middle of a form), that one is
    the intent. « Je peux conduire ? Et pourquoi ? »: the second is asked of the first.
    « Non rien, et je peux conduire ? » answers the form as well.
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._follow_up = FollowUp(catalogue or load_catalogue())

    def name(self) -> str:
        return "action_answer_each"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        asked, about = message.read(tracker), None
        topics = tracker.latest_message.get("questions") or [asked.intent]
        answers_form = NEGATED in topics and tracker.active_loop.get("name") == "symptom_form"
        for topic in topics:
            if answers_form and topic == NEGATED:
                continue  # the form says it
            if topic in follow_up.INTENTS:
                message.utter(dispatcher, self._follow_up.answer(asked, topic, about))
            else:
                message.utter(dispatcher, Say(f"utter_{topic}"))
                about = topic
        return [SlotSet("symptom__has_sign", False)] if answers_form else []
