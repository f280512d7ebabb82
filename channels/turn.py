"""Give every turn of the assistant its final shape, whatever the channel.

One turn is one list of messages as Rasa's collecting output channel makes it. It must
never be empty, and it carries exactly one machine-readable `custom` object.
"""

from functools import lru_cache
from typing import Any

from answers import catalog

Message = dict[str, Any]
_UNAVAILABLE = "utter_help/unavailable"


@lru_cache(maxsize=1)
def _apology() -> tuple[str, dict[str, Any]]:
    wording = next(
        w
        for w in catalog.read_wordings()
        if w.response == _UNAVAILABLE and w.channel == catalog.WEB
    )
    return catalog.render(wording.text, catalog.read_service()), wording.custom


def complete(messages: list[Message], recipient: str) -> list[Message]:
    """Return the messages of a turn: what is said, then one `custom` object.

    A turn that says nothing (an action or a component failed) says the apology, which
    has the service's and the emergency numbers. The custom object is that of the
    gravest answer; those of the other answers follow in its `also`.
    """
    said = [message for message in messages if "custom" not in message]
    customs = [message["custom"] for message in messages if "custom" in message]
    if not said:
        text, custom = _apology()
        said, customs = [{"recipient_id": recipient, "text": text}], [custom]
    if not customs:
        customs = [{"topic": None, "section": None, "escalation": "none"}]
    first = max(customs, key=lambda custom: catalog.LEVELS.index(custom["escalation"]))
    others = [custom for custom in customs if custom is not first]
    custom = {**first, "also": others} if others else first
    return [*said, {"recipient_id": recipient, "custom": custom}]
