"""Rasa's generator of answers: it also marks those given while an alarm waits to be heard.

endpoints.yml names it (`nlg`). The channels say the reminder (turn.py): an SMS has less room than
a page.
"""

from datetime import datetime, timezone
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from cimento.dialogue import aftermath
from cimento.dialogue.turns import split_turns


class RemindingGenerator(TemplatedNaturalLanguageGenerator):
    """Fills the responses of the domain, as Rasa does by itself."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Return a response, `reminds` in its custom object when it answers something else while
        a call is still to be made (called by Rasa)."""
        response = await super().generate(utter_action, tracker, output_channel, **kwargs)
        custom = (response or {}).get("custom")
        if response and custom and custom["escalation"] == "none":
            state = aftermath.remembered(tracker.current_slot_values(), datetime.now(timezone.utc))
            turns = split_turns(event.as_dict() for event in tracker.events) if state else []
            if waiting := aftermath.unheard(turns, state):
                response["custom"] = {**custom, aftermath.REMINDS: waiting}
        return response
