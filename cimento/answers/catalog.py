"""The catalogue of answers: every response of data/ with its sources.

In a response, `custom` is what the channels send ({topic, section, escalation});
`metadata` is what it rests on: `quotes` of the sheet, `policy` statements, and the
`title` that names the topic on a button.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from cimento.answers.sheet import SourceError
from cimento.settings.paths import ROOT

WEB, SMS = "web", "sms"
LEVELS = ("none", "equipe", "medecin", "urgence")  # escalation, from least to gravest


@dataclass(frozen=True)
class Wording:
    """One wording of a response on one channel, under one condition or none."""

    response: str
    channel: str
    condition: str
    text: str
    custom: dict[str, Any]
    title: str | None
    quotes: tuple[str, ...]
    policy: tuple[str, ...]
    file: str


def _wordings(file: Path, root: Path) -> Iterator[Wording]:
    try:
        responses = yaml.safe_load(file.read_text(encoding="utf-8")).get("responses", {})
    except yaml.YAMLError as error:
        raise SourceError(f"{file.relative_to(root)} is not valid YAML: {error}") from error
    for response, variants in responses.items():
        for variant in variants:
            metadata = variant.get("metadata") or {}
            yield Wording(
                response=response,
                channel=SMS if variant.get("channel") == SMS else WEB,
                condition=str(variant.get("condition", "")),
                text=variant["text"],
                custom=variant.get("custom") or {},
                title=metadata.get("title"),
                quotes=tuple(metadata.get("quotes", ())),
                policy=tuple(metadata.get("policy", ())),
                file=str(file.relative_to(root)),
            )


def read_wordings(root: Path = ROOT) -> list[Wording]:
    """Return every wording of every response under data/, by file name."""
    files = sorted((root / "data").glob("*/*.yml"))
    return [wording for file in files for wording in _wordings(file, root)]


@cache
def wording(response: str, channel: str = WEB) -> Wording:
    """Return the first wording of `response` on `channel`; LookupError when it has none."""
    for found in read_wordings():
        if (found.response, found.channel) == (response, channel):
            return found
    raise LookupError(f"{response} has no {channel} wording")


def read_service(root: Path = ROOT) -> dict[str, str]:
    """Return {slot: value} of the service's number, as written in domain.yml."""
    slots = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["slots"]
    return {name: slots[name]["initial_value"] for name in ("service_phone", "service_extension")}


@lru_cache(maxsize=1)
def read_intents(root: Path = ROOT) -> frozenset[str]:
    """Return the names of the intents that domain.yml declares."""
    return frozenset(yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["intents"])


def render(text: str, service: dict[str, str]) -> str:
    """Return `text` with the service's number in the place of its slots."""
    return text.format(**service)


@lru_cache(maxsize=1)
def escalations() -> dict[str, str]:
    """Return {topic: level} as the responses named after the topics declare it."""
    return {
        wording.response.removeprefix("utter_"): wording.custom["escalation"]
        for wording in read_wordings()
    }


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """Return {topic: title} of the topics that can be offered on a button."""
    return {
        wording.response.removeprefix("utter_"): wording.title
        for wording in read_wordings()
        if wording.title
    }
