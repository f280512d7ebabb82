"""Turn what the assistant says into what the widget shows: sources, calls, buttons."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from cimento.answers import sheet
from cimento.answers.catalogue import WEB, Catalogue
from cimento.answers.structure import blocks
from cimento.channels.turn import Message

# Numbers as answers write them ("appelez le 15", "un SMS au 114", "le 15 (ou le 112)").
_EMERGENCY = re.compile(r"\b(?:le|au|ou) (15|112|114|3114)\b")
# A link is shown before the text too: it tells by itself whom the number is for.
_CONDITION = {
    "114": "SMS au 114, si vous ne pouvez pas parler ou entendre",
    "3114": "Dans les autres cas, appeler le 3114",
}
_NO_BREAK = "\u00a0"
_ABOUT_CALLING = {"contact", "human", "unavailable"}


def section_titles(sections: Mapping[str, str]) -> dict[str, str]:
    """Return {anchor: title of the source}, like "Fiche, § 7 Après examen".

    `sections`: see sheet.read_sections.
    """
    titles = {}
    for anchor, text in sections.items():
        headings = re.findall(r"^#+ (?:\d+\. )?(.+)$", text, re.MULTILINE)
        number = re.match(r"\d+", anchor)
        # A section that is only a heading's opening ("introduction") goes by its anchor.
        heading = headings[-1] if headings and anchor != "introduction" else anchor.capitalize()
        titles[anchor] = f"Fiche, § {number[0]} {heading}" if number else f"Fiche, {heading}"
    return titles


class Replies:
    """Makes the widget's views. `service` is {label, href} to call the service, as the sheet
    gives its number. Raises sheet.SourceError when the sheet cannot be read."""

    def __init__(self, catalogue: Catalogue) -> None:
        digits = catalogue.service["service_phone"].replace(" ", "")
        self.service = {
            "label": catalogue.render("{service_phone}, poste {service_extension}"),
            "href": f"tel:+33{digits.removeprefix('0')}",
        }
        self._titles = section_titles(sheet.read_sections())
        said = [wording for wording in catalogue.wordings if wording.channel == WEB]
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
        label = self.service["label"]
        whole = text.replace(label, label.replace(" ", _NO_BREAK))
        key = self._key.get(text)
        return {"text": whole, "blocks": blocks(whole), **({"key": key} if key else {})}

    def reply(self, turn: list[Message]) -> dict[str, Any]:
        """Return the widget's view of a completed turn (see channels.turn.complete).

        {messages: [{text, blocks, key?, buttons?}], topic, escalation, sources: [{title, href}],
        calls: [{label, href}], ask_feedback, can_be_easier}; openapi.yml describes it.
        """
        said = [message for message in turn if message.get("text")]
        messages = [
            self.shown(message["text"])
            | ({"buttons": message["buttons"]} if message.get("buttons") else {})
            for message in said
        ]
        custom = turn[-1]["custom"]
        sources = self._sources([custom, *custom.get("also", [])])
        urgent = custom["escalation"] != "none"
        text = "\n".join(message["text"] for message in said)
        return {
            "messages": messages,
            "topic": custom["topic"],
            "escalation": custom["escalation"],
            "sources": sources,
            "calls": self._calls(text) if urgent or custom["topic"] in _ABOUT_CALLING else [],
            "ask_feedback": bool(sources) and not urgent,
            "can_be_easier": any(message["text"] in self._can_be_easier for message in said),
        }

    def _sources(self, customs: list[dict[str, Any]]) -> list[dict[str, str]]:
        return [
            {
                "title": self._titles[custom["section"]],
                "href": f"/chat/fiche?sujet={quote(custom['topic'])}#citation",
            }
            for custom in customs
            if custom["section"]
        ]

    def _calls(self, text: str) -> list[dict[str, str]]:
        """Return the numbers that `text` gives, in its order, as links."""
        found: dict[str, tuple[int, dict[str, str]]] = {}
        for number in _EMERGENCY.finditer(text):
            label = _CONDITION.get(number[1], f"Appeler le {number[1]}")
            call = {"label": label, "href": f"{'sms' if number[1] == '114' else 'tel'}:{number[1]}"}
            found.setdefault(call["href"], (number.start(), call))
        label, href = self.service["label"], self.service["href"]
        if label in text:
            call = {"label": f"Appeler le service : {label}", "href": href}
            found[href] = (text.index(label), call)
        return [call for _, call in sorted(found.values(), key=lambda placed: placed[0])]
