"""What a patient asked that the sheet does not say, by theme: never in their words.

A theme is one of themes.yml; or a topic and a facet of it that the sheet leaves out
("driving/how_long"), the facet empty where nobody has read whether it does; or NOT_UNDERSTOOD.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from cimento.answers.catalogue import FACETS, WEB, Catalogue
from cimento.nlu.text import clip, spell

OTHER, NOT_UNDERSTOOD = "other", "not_understood"
_LABELS = {OTHER: "Autre sujet", NOT_UNDERSTOOD: "Question pas comprise"}
_NOT_IN_SHEET, _GIVE_UP = "not_in_sheet", "give_up"  # topics of the answers that say so
_UNSAID, _NOT_FOUND = "utter_follow_up/unsaid_", "utter_follow_up/not_found"


class Unanswered:
    """Tells what a turn of the website's chat left unanswered, and what it is called in French."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._titles = catalogue.titles
        self._topics = {title: topic for topic, title in catalogue.titles.items()}
        self._refusals = [
            (wording.response.removeprefix(_UNSAID), _recogniser(wording.text))
            for wording in catalogue.wordings
            if wording.response.startswith((_UNSAID, _NOT_FOUND)) and wording.channel == WEB
        ]

    def themes(self, turn: list[dict[str, Any]], words: str) -> list[str]:
        """Return the themes that a turn (see channels.turn.complete) did not answer, each once.
        `words`: the message it answers."""
        custom = turn[-1]["custom"]
        topics = [each["topic"] for each in (custom, *custom.get("also", []))]
        found = [theme_of(words)] if _NOT_IN_SHEET in topics else []
        if _GIVE_UP in topics:
            found.append(NOT_UNDERSTOOD)
        for text in (message["text"] for message in turn if message.get("text")):
            for facet, pattern in self._refusals:
                if told := pattern.fullmatch(text):
                    about = self._topics.get(told["title"])
                    found += [f"{about}/{facet if facet in FACETS else ''}"] if about else []
        return list(dict.fromkeys(found))

    def label(self, theme: str) -> str:
        """Return what a theme is called; one of an older release by its bare name."""
        topic, is_facet, facet = theme.partition("/")
        if is_facet and topic in self._titles:
            return f"{self._titles[topic]} : {FACETS.get(facet, 'une précision')}"
        return _LABELS.get(theme) or _read()[0].get(theme, theme)


def theme_of(words: str) -> str:
    """Return the theme of themes.yml that a message tells, OTHER when it tells none."""
    said = spell(clip(words))
    return next((theme for theme, pattern in _read()[1] if pattern.search(said)), OTHER)


@lru_cache(maxsize=1)
def _read() -> tuple[dict[str, str], list[tuple[str, re.Pattern[str]]]]:
    entries = yaml.safe_load(Path(__file__).with_name("themes.yml").read_text(encoding="utf-8"))
    labels = {entry["theme"]: entry["label"] for entry in entries}
    patterns = [
        (entry["theme"], re.compile(rf"\b(?:{'|'.join(map(re.escape, entry['words']))})"))
        for entry in entries
    ]
    return labels, patterns


def _recogniser(text: str) -> re.Pattern[str]:
    """Return what recognises a response, whatever stands in the place of its {names}."""
    pattern = re.escape(text).replace(re.escape("{title}"), "(?P<title>.+?)")
    return re.compile(re.sub(r"\\{\w+\\}", ".+?", pattern), re.DOTALL)
