"""The custom action for messages that were not understood."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from cimento.answers.catalogue import AT_ONCE, SMS, Catalogue, load_catalogue
from cimento.dialogue import unsure
from cimento.dialogue.follow_up import FollowUp, Say
from cimento.dialogue.subject import CHECK_IN, subjects, topics_of
from cimento.dialogue.turns import Turn, intent, last, ranking, split_turns

MOST_TOPICS = 3
FALLBACK, NOT_ANSWERED = "nlu_fallback", "not_my_question"
_OFFER = Say("utter_help/offer_topics")


class ActionOfferTopics(Action):
    """Offer the likeliest topics as buttons; with none, or after two failures, the numbers.

    After an answer, what may be a follow-up question is answered as one, and the answer is said
    again in short beside the offer. Who says that the question was another one is offered what
    else it may have meant.
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or load_catalogue()
        self._follow_up = FollowUp(self._catalogue)

    def name(self) -> str:
        return "action_offer_topics"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        turns, channel = split_turns(tracker.events), tracker.get_latest_input_channel() or ""
        treated = subjects(turns, self._catalogue.titles)
        text = tracker.latest_message.get("text") or ""
        before = last(turns)
        if before and intent(before) in (FALLBACK, NOT_ANSWERED):
            dispatcher.utter_message(response="utter_help/give_up")
            return []
        is_uncertain = intent(turns[-1]) != NOT_ANSWERED
        if is_uncertain and treated and (asked := unsure.asked_of_subject(turns)):
            say = self._follow_up.answer(asked, turns, channel, text, None)
            dispatcher.utter_message(response=say.response, **say.fill)
            return []
        buttons = self._buttons(turns)
        offer = _OFFER if buttons else Say("utter_help/give_up")
        # The advice of an alarm is too long to be said in short.
        is_calm = (
            treated
            and treated != [CHECK_IN]
            and self._catalogue.escalations.get(treated[-1]) not in AT_ONCE
        )
        if buttons and is_calm and is_uncertain and channel != SMS:
            offer = self._follow_up.filled("utter_follow_up/unsure", treated[-1], channel)
        dispatcher.utter_message(response=offer.response, buttons=buttons, **offer.fill)
        return []

    def _buttons(self, turns: list[Turn]) -> list[dict[str, str]]:
        meant, answered, before = turns[-1], set[str](), last(turns)
        titles = self._catalogue.titles
        if before and intent(meant) == NOT_ANSWERED:
            meant, answered = before, set(topics_of(before, titles))
        names = [name for name in ranking(meant) if name in titles and name not in answered]
        return [{"title": titles[name], "payload": f"/{name}"} for name in names[:MOST_TOPICS]]
