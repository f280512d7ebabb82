"""What the actions read of the present message, and how they say what is decided on it."""

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from cimento.dialogue.follow_up import Asked, Say
from cimento.dialogue.turns import split_turns


def read(tracker: Tracker) -> Asked:
    """Return the present message, where it stands in its conversation."""
    message = tracker.latest_message
    return Asked(
        intent=message["intent"]["name"],
        turns=split_turns(tracker.events),
        channel=tracker.get_latest_input_channel() or "",
        text=message.get("text") or "",
        moment=next(tracker.get_latest_entity_values("moment"), None),
        confidence=message["intent"]["confidence"],
    )


def utter(dispatcher: CollectingDispatcher, *answers: Say) -> None:
    """Say `answers`, filled in."""
    for say in answers:
        dispatcher.utter_message(response=say.response, **say.fill)
