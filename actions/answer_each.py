"""The custom action that answers every question of one message."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from cimento.answers.catalogue import Catalogue, load_catalogue
from cimento.dialogue import follow_up
from cimento.dialogue.follow_up import FollowUp, Say
from cimento.dialogue.turns import split_turns
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
        message, about = tracker.latest_message, None
        topics = message.get("questions") or [message["intent"]["name"]]
        answers_form = NEGATED in topics and tracker.active_loop.get("name") == "symptom_form"
        for asked in topics:
            if answers_form and asked == NEGATED:
                continue  # the form says it
            if asked in follow_up.INTENTS:
                say = self._follow_up.answer(
                    asked,
                    split_turns(tracker.events),
                    channel=tracker.get_latest_input_channel() or "",
                    text=message.get("text") or "",
                    moment=next(tracker.get_latest_entity_values("moment"), None),
                    about=about,
                )
            else:
                say, about = Say(f"utter_{asked}"), asked
            dispatcher.utter_message(response=say.response, **say.fill)
        return [SlotSet("symptom__has_sign", False)] if answers_form else []
