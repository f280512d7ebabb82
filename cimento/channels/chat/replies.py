"""Turn what the assistant says into what the widget shows: parts, sources, calls, buttons."""

from typing import Any

from cimento.answers.catalogue import AT_ONCE, WEB, Catalogue, Wording
from cimento.answers.structure import blocks
from cimento.channels.chat.links import Sources, calls, service_link, unbroken
from cimento.channels.turn import Message
from cimento.dialogue.aftermath import REMINDS

# Whom the alarm told to call, by its state (aftermath.STATES): the level of its buttons.
_CALLED = {**{level: level for level in AT_ONCE}, "suicidal": "urgence"}
_ABOUT_CALLING = {"contact", "human", "unavailable"}


class Replies:
    """Makes the widget's views. `service` is {label, href} to call the service, as the sheet
    gives its number. Raises sheet.SourceError when the sheet cannot be read."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.service = service_link(catalogue)
        self._sources = Sources(catalogue)
        self._titles = catalogue.titles
        said = [wording for wording in catalogue.wordings if wording.channel == WEB]
        self._said: dict[str, Wording] = {}
        for wording in said:
            self._said.setdefault(catalogue.render(wording.text), wording)
        self._key = {catalogue.render(wording.text): wording.key for wording in said}
        self._can_be_easier = {
            catalogue.render(wording.text)
            for wording in said
            if wording.response in catalogue.easier
        }

    def shown(self, text: str) -> dict[str, Any]:
        """Return what the widget shows of a text: {text, blocks, key?}.

        `blocks`: see structure.blocks; `key`: its words that matter most. The service's number
        does not break at the end of a line.
        """
        whole = unbroken(text, self.service)
        key = self._key.get(text)
        return {"text": whole, "blocks": blocks(whole), **({"key": key} if key else {})}

    def reply(self, turn: list[Message], relative: bool = False) -> dict[str, Any]:
        """Return the widget's view of a completed turn (see channels.turn.complete).

        {messages: [{text, blocks, key?, title?, sources?, buttons?}], topic, escalation, sources,
        calls, ask_feedback, can_be_easier, relative}; openapi.yml describes it. `relative`: the
        message was written for somebody else.
        """
        said = [message for message in turn if message.get("text")]
        messages = [
            self.shown(message["text"])
            | ({"buttons": message["buttons"]} if message.get("buttons") else {})
            for message in said
        ]
        custom = turn[-1]["custom"]
        customs = [custom, *custom.get("also", [])]
        sources = [source for each in customs for source in self._sources.of(each)]
        if len(customs) > 1:
            self._entitle(messages, said)
        level = custom["escalation"]
        text = "\n".join(message["text"] for message in said)
        # Reminded of a call, one is offered it.
        called = _CALLED.get(custom.get(REMINDS), level)
        numbers = calls(text, self.service, called)
        if called == "none" and custom["topic"] not in _ABOUT_CALLING:
            numbers = [link for link in numbers if link["href"] == self.service["href"]]
        return {
            "messages": messages,
            "topic": custom["topic"],
            "escalation": level,
            "sources": sources,
            "calls": numbers,
            "ask_feedback": bool(sources) and level == "none",
            "can_be_easier": any(message["text"] in self._can_be_easier for message in said),
            "relative": relative,
        }

    def _entitle(self, messages: list[dict[str, Any]], said: list[Message]) -> None:
        """Give each of several answers the title of its topic, and its own source."""
        for shown, message in zip(messages, said, strict=True):
            wording = self._said.get(message["text"])
            title = self._titles.get(wording.custom.get("topic", "")) if wording else None
            if wording and title:
                shown |= {"title": title, "sources": self._sources.of(wording.custom)}
