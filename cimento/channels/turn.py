"""Give every turn of the assistant its final shape, whatever the channel.

One turn is one list of messages as Rasa's collecting output channel makes it. It must
never be empty, and it carries exactly one machine-readable `custom` object.
"""

from typing import Any

from cimento.answers.catalogue import LEVELS, SMS, WEB, Catalogue
from cimento.dialogue.aftermath import REMINDS
from cimento.nlu import alarms
from cimento.nlu.text import clip

Message = dict[str, Any]


def said_once(messages: list[Message]) -> list[Message]:
    """Return the messages of a turn without those that say an earlier one again.

    A question said again on request is also what the form asks next.
    """
    return [message for n, message in enumerate(messages) if message not in messages[:n]]


def complete(
    messages: list[Message],
    recipient: str,
    catalogue: Catalogue,
    channel: str = WEB,
    heard: str = "",
) -> list[Message]:
    """Return the messages of a turn: what is said, then one `custom` object.

    A turn that says nothing (an action or a component failed) answers the gravest sign in what
    was `heard`; without a sign the apology, which has the service's and the emergency
    numbers. The custom object is that of the gravest answer; those of the other answers follow
    in its `also`.

    While a call is still to be made, `reminds` says so and the reminder is said first; by SMS the
    composer says it.
    """
    messages = said_once(messages)
    said = [message for message in messages if "custom" not in message]
    customs = [message["custom"] for message in messages if "custom" in message]
    if not said:
        response = _advice(heard) or "utter_help/unavailable"
        wording = catalogue.wording(response, channel)
        text = catalogue.render(wording.text)
        said, customs = [{"recipient_id": recipient, "text": text}], [wording.custom]
    if not customs:
        customs = [{"topic": None, "section": None, "escalation": "none"}]
    first = max(customs, key=lambda custom: LEVELS.index(custom["escalation"]))
    others = [custom for custom in customs if custom is not first]
    custom = {**first, "also": others} if others else first
    if channel != SMS and (words := reminder(custom, catalogue, channel)):
        said = [{"recipient_id": recipient, "text": words}, *said]
    return [*said, {"recipient_id": recipient, "custom": custom}]


def reminder(custom: Message, catalogue: Catalogue, channel: str) -> str:
    """Return what is said of an alarm that nobody has answered to; empty when there is none.

    `custom`: that of the whole turn. After an alarm of this turn, nothing more is said.
    """
    if not (state := custom.get(REMINDS)):
        return ""
    return catalogue.render(catalogue.wording(f"utter_call_reminder/{state}", channel).text)


def _advice(heard: str) -> str | None:
    """Return the response to the gravest sign of alarm in `heard`, None when there is none."""
    sign = alarms.heard(clip(heard.strip()))
    return f"utter_{sign}" if sign else None
