"""The numbers that an answer gives, as links to call; the sections it rests on, as sources."""

import re
from collections.abc import Mapping
from typing import Any

from cimento.answers import sheet
from cimento.answers.catalogue import Catalogue

Link = dict[str, Any]

# Numbers as answers write them ("appelez le 15", "un SMS au 114", "le 15 (ou le 112)").
_EMERGENCY = re.compile(r"\b(?:le|au|ou) (15|112|114|3114)\b")
# A button is read alone: it tells by itself whom the number is for.
_CONDITION = {
    "112": "À l'étranger, en Europe\u00a0: appeler le 112",
    "114": "SMS au 114, si vous ne pouvez pas parler ou entendre",
    "3114": "Dans les autres cas, appeler le 3114",
}
_NO_DOCTOR = "Urgence, ou pas de médecin\u00a0: appeler le 15"
_IF_URGENT = "En cas d'urgence, appeler le 15"
_HARM = "Geste fait ou possible\u00a0: appeler le 15"
_NO_BREAK = "\u00a0"


def service_link(catalogue: Catalogue) -> dict[str, str]:
    """Return {label, href} to call the service, as the sheet gives its number."""
    digits = catalogue.service["service_phone"].replace(" ", "")
    return {
        "label": catalogue.render("{service_phone}, poste {service_extension}"),
        "href": f"tel:+33{digits.removeprefix('0')}",
    }


def unbroken(text: str, service: Mapping[str, str]) -> str:
    """Return `text` with the service's number in one piece, and its extension in another."""
    number, extension = service["label"].split(", ")
    parts = (part.replace(" ", _NO_BREAK) for part in (number, extension))
    return text.replace(service["label"], ", ".join(parts))


def calls(text: str, service: Mapping[str, str], level: str) -> list[Link]:
    """Return the numbers that `text` gives, in its order, as [{label, href, primary?}].

    `level`: the escalation (see catalogue.LEVELS). The number for it is `primary`: the 15; the
    service where the team is to be asked; the 3114 beside the 15, as each is for another case.
    """
    found: dict[str, tuple[int, Link]] = {}
    for number in _EMERGENCY.finditer(text):
        label = _CONDITION.get(number[1], f"Appeler le {number[1]}")
        scheme = "sms" if number[1] == "114" else "tel"
        link: Link = {"label": label, "href": f"{scheme}:{number[1]}"}
        found.setdefault(link["href"], (number.start(), link))
    if service["label"] in text:
        label = f"Appeler le service\u00a0: {unbroken(service['label'], service)}"
        link = {"label": label, "href": service["href"]}
        found[link["href"]] = (text.index(service["label"]), link)
    ordered = [link for _, link in sorted(found.values(), key=lambda placed: placed[0])]
    chosen = {"urgence": {"tel:15", "tel:3114"}, "medecin": {"tel:15"}, "equipe": {service["href"]}}
    for link in ordered:
        if link["href"] in chosen.get(level, ()):
            link["primary"] = True
        if link["href"] == "tel:15":
            if level == "medecin":
                link["label"] = _NO_DOCTOR
            elif level == "equipe":
                link["label"] = _IF_URGENT
            elif "tel:3114" in found:
                link["label"] = _HARM
    return ordered


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


class Sources:
    """Makes the sources of answers. Raises sheet.SourceError when the sheet cannot be read."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._quotes = catalogue.quotes
        self._titles = section_titles(sheet.read_sections())

    def of(self, custom: Mapping[str, Any]) -> list[Link]:
        """Return [{title, href, quotes}] of one answer, from its machine-readable object."""
        topic, section = custom.get("topic"), custom.get("section")
        if not (topic and section):
            return []
        return [
            {
                "title": self._titles[section],
                "href": f"/chat/fiche?sujet={topic}#citation",
                "quotes": list(self._quotes.get(topic, ())),
            }
        ]
