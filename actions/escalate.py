"""The custom action that gives the escalation advice and records its level."""

from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from cimento.answers.catalogue import LEVELS, Catalogue, load_catalogue
from cimento.dialogue import follow_up
from cimento.dialogue.turns import custom_objects, intent, split_turns


class ActionEscalate(Action):
    """Record the gravest level of this turn, then answer what else was asked.

    The advice is normally said before, by a plain response inside the Rasa server, so
    that an alarm is answered even when this server is down. If nothing was said yet,
    this action says it.
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._levels = (catalogue or load_catalogue()).escalations

    def name(self) -> str:
        return "action_escalate"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        turn = split_turns(tracker.events)[-1]
        said = custom_objects(turn)
        objects = [entry for entry in said if entry["escalation"] != "none"]
        if said and not objects:
            return []  # "en fait si", when there was nothing to correct
        if not objects:
            topic = intent(turn) or ""
            dispatcher.utter_message(response=f"utter_{topic}")
            objects = [{"topic": topic, "escalation": self._levels[topic]}]
        gravest = max(objects, key=lambda entry: LEVELS.index(entry["escalation"]))
        for question in tracker.latest_message.get("questions") or []:
            if question not in follow_up.INTENTS:  # asked of the alarm, it has its answer
                dispatcher.utter_message(response=f"utter_{question}")
        return [
            SlotSet("symptom__answered", True),
            SlotSet("escalation__level", gravest["escalation"]),
            SlotSet("escalation__topic", gravest["topic"]),
            SlotSet(
                "escalation__at",
                datetime.now(timezone.utc).isoformat(timespec="seconds"),
            ),
        ]
