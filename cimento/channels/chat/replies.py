"""Turn what the assistant says into what the widget shows: sources, calls, buttons."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from cimento.answers import catalog, sheet
from cimento.channels.turn import Message

# Numbers as answers write them ("appelez le 15", "un SMS au 114", "le 15 (ou le 112)").
_EMERGENCY = re.compile(r"\b(?:le|au|ou) (15|112|114|3114)\b")
_ABOUT_CALLING = {"contact", "human", "unavailable"}


@lru_cache(maxsize=1)
def service() -> dict[str, str]:
    """Return {label, href} to call the service, as the sheet gives its number."""
    numbers = catalog.read_service()
    digits = numbers["service_phone"].replace(" ", "")
    return {
        "label": "{service_phone}, poste {service_extension}".format(**numbers),
        "href": f"tel:+33{digits.removeprefix('0')}",
    }


@lru_cache(maxsize=1)
def section_titles() -> dict[str, str]:
    """Return {anchor: title of the source}, like "Fiche, § 7 Après examen"."""
    titles = {}
    for anchor, text in sheet.read_sections().items():
        headings = re.findall(r"^#+ (?:\d+\. )?(.+)$", text, re.MULTILINE)
        number = re.match(r"\d+", anchor)
        # A section that is only a heading's opening ("introduction") goes by its anchor.
        heading = headings[-1] if headings and anchor != "introduction" else anchor.capitalize()
        titles[anchor] = f"Fiche, § {number[0]} {heading}" if number else f"Fiche, {heading}"
    return titles


def _sources(customs: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "title": section_titles()[custom["section"]],
            "href": f"/chat/fiche?sujet={quote(custom['topic'])}#citation",
        }
        for custom in customs
        if custom["section"]
    ]


def _calls(text: str) -> list[dict[str, str]]:
    """Return the numbers that `text` gives, in its order, as links."""
    found: dict[str, tuple[int, dict[str, str]]] = {}
    for number in _EMERGENCY.finditer(text):
        by_sms = number[1] == "114"
        label = "Envoyer un SMS au 114" if by_sms else f"Appeler le {number[1]}"
        call = {"label": label, "href": f"{'sms' if by_sms else 'tel'}:{number[1]}"}
        found.setdefault(call["href"], (number.start(), call))
    if service()["label"] in text:
        call = {**service(), "label": f"Appeler le service : {service()['label']}"}
        found[call["href"]] = (text.index(service()["label"]), call)
    return [call for _, call in sorted(found.values(), key=lambda placed: placed[0])]


def reply(turn: list[Message]) -> dict[str, Any]:
    """Return the widget's view of a completed turn (see channels.turn.complete).

    {messages: [{text, buttons?}], topic, escalation, sources: [{title, href}],
    calls: [{label, href}], ask_feedback}; openapi.yml describes it.
    """
    messages = [
        {key: message[key] for key in ("text", "buttons") if message.get(key)}
        for message in turn
        if message.get("text")
    ]
    custom = turn[-1]["custom"]
    sources = _sources([custom, *custom.get("also", [])])
    urgent = custom["escalation"] != "none"
    text = "\n".join(message["text"] for message in messages)
    return {
        "messages": messages,
        "topic": custom["topic"],
        "escalation": custom["escalation"],
        "sources": sources,
        "calls": _calls(text) if urgent or custom["topic"] in _ABOUT_CALLING else [],
        "ask_feedback": bool(sources) and not urgent,
    }
