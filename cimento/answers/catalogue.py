"""The catalogue of answers: every response of data/ with its sources, read once.

In a response, `custom` is what the channels send ({topic, section, escalation});
`metadata` is what it rests on: `quotes` of the sheet, `policy` statements, the `title` that
names the topic on a button, and `unsaid`, the facets of it that the sheet says nothing of.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from cimento.answers.sheet import SourceError, read_text
from cimento.answers.short import EMERGENCY, sentences_of
from cimento.settings.paths import ROOT

WEB, SMS = "web", "sms"
EASY = "/easy"  # ends the name of a response that says another one again, more simply
# What a follow-up question asks of the last topic: "utter_driving/how_long" answers « combien de
# temps ? » after "utter_driving". In the order of the matrix of `make check`, with the question.
FACETS = {
    "why": "pourquoi ?",
    "how_long": "combien de temps ?",
    "how_often": "combien de fois ? est-ce fréquent ?",
    "how_serious": "est-ce grave ?",
    "whom": "qui ? à qui ?",
    "where": "où ?",
    "when": "quand ?",
    "must": "faut-il ?",
    "how": "comment ?",
    "prevent": "comment l'éviter ?",
}
LEVELS = ("none", "equipe", "medecin", "urgence")  # escalation, from least to gravest
AT_ONCE = ("medecin", "urgence")  # the levels that tell to call at once

_NAME = re.compile(r"\{(\w+)\}")
_DOMAIN = Path("domain.yml")
_TRAINING_LINES = "nlu"  # the folder of data/ that holds no response


@dataclass(frozen=True)
class Wording:
    """One wording of a response on one channel, under one condition or none.

    `key`: the words of the text that matter most. `choices`: the topics its buttons lead to.
    `unsaid`: the FACETS of its topic that somebody has looked for in the sheet, and not found.
    """

    response: str
    channel: str
    condition: str
    text: str
    custom: dict[str, Any]
    title: str | None
    quotes: tuple[str, ...]
    policy: tuple[str, ...]
    file: str
    key: str | None = None
    choices: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()

    @property
    def topic(self) -> str:
        """The topic that the response is named after."""
        name = self.standard.removeprefix("utter_")
        return name.removesuffix(f"/{self.facet}")

    @property
    def facet(self) -> str | None:
        """What it answers of its topic when asked that alone; None when it answers the topic."""
        name = self.standard.rpartition("/")[2]
        return name if name in FACETS else None

    @property
    def is_easy(self) -> bool:
        """Whether it says again, more simply, what another response says."""
        return self.response.endswith(EASY)

    @property
    def standard(self) -> str:
        """The response that it says again, or its own."""
        return self.response.removesuffix(EASY)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All that can be answered. Whoever has one reads no file to answer.

    `wordings` stand in the order of their files; `service` is {slot: value} of the service's
    number, as written in domain.yml; `intents` are the names that domain.yml declares.
    """

    wordings: tuple[Wording, ...]
    service: Mapping[str, str]
    intents: frozenset[str]

    @cached_property
    def _first(self) -> dict[tuple[str, str], Wording]:
        return {(w.response, w.channel): w for w in reversed(self.wordings)}

    def wording(self, response: str, channel: str = WEB) -> Wording:
        """Return the first wording of `response` on `channel`; LookupError when it has none."""
        found = self._first.get((response, channel))
        if found is None:
            raise LookupError(f"{response} has no {channel} wording")
        return found

    @cached_property
    def _answers(self) -> dict[tuple[str, str], Wording]:
        """The wording that answers a topic, whatever the moment, by topic and channel."""
        return {
            (w.topic, w.channel): w
            for w in reversed(self.wordings)
            if w.topic == w.custom.get("topic") and not (w.facet or w.is_easy)
        }

    def answer(self, topic: str, channel: str = WEB) -> Wording:
        """Return the wording that answers `topic`, whatever the moment; LookupError if none."""
        found = self._answers.get((topic, channel))
        if found is None:
            raise LookupError(f"there is no answer on {topic!r} ({channel})")
        return found

    def in_short(self, topic: str, channel: str = WEB) -> str:
        """Return, rendered, the sentences of the answer on `topic` that hold its key words.

        The first one when no key words stand in it. Sentences with an emergency number stay, and
        so does all of an advice to call. Raises LookupError when there is no answer.
        """
        wording = self.answer(topic, channel)
        if wording.custom["escalation"] != "none":
            return self.render(wording.text)
        return self.render(sentences_of(wording.text, wording.key or self.answer(topic).key))

    def tells_to_call(self, topic: str, channel: str = WEB) -> bool:
        """Return whether the answer on `topic`, in short, tells to call. It is said again, whole,
        whatever else is asked of it. Raises LookupError when there is no answer."""
        return not self.is_calm(topic) or bool(EMERGENCY.search(self.in_short(topic, channel)))

    def render(self, text: str, fill: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return `text` with the service's number in the place of its slots, and with `fill`.

        Other {names} stand: they are filled in when it is said (cimento/dialogue).
        """
        known = {**self.service, **fill}
        return _NAME.sub(lambda name: known.get(name[1], name[0]), text)

    @cached_property
    def responses(self) -> frozenset[str]:
        """The names of all responses."""
        return frozenset(wording.response for wording in self.wordings)

    @cached_property
    def escalations(self) -> Mapping[str, str]:
        """{topic: level} as the responses named after the topics declare it."""
        return {wording.topic: wording.custom["escalation"] for wording in self.wordings}

    def is_calm(self, topic: str) -> bool:
        """Return whether `topic` tells no sign. What does is said whole, whatever is asked."""
        return self.escalations.get(topic) == "none"

    @cached_property
    def easier(self) -> Mapping[str, str]:
        """{response: the one that says it again, more simply}, for those that have one."""
        return {w.standard: w.response for w in self.wordings if w.is_easy}

    @cached_property
    def facets(self) -> Mapping[str, Mapping[str, str]]:
        """{topic: {facet: response}}: the follow-up questions on a topic that have an answer."""
        found: dict[str, dict[str, str]] = {}
        for wording in self.wordings:
            if wording.facet:
                found.setdefault(wording.topic, {})[wording.facet] = wording.standard
        return found

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """{topic: title} of the topics that can be offered on a button."""
        return {wording.topic: wording.title for wording in self.wordings if wording.title}

    @cached_property
    def quotes(self) -> Mapping[str, tuple[str, ...]]:
        """{topic: the quotes of its answers}, by the topic that the channels are told.

        Those of the follow-up questions are left out: they may stand far from the topic's own
        passages, where who asks for the source is led.
        """
        found: dict[str, list[str]] = {}
        for wording in self.wordings:
            if wording.facet:
                continue
            found.setdefault(wording.custom.get("topic") or "", []).extend(wording.quotes)
        return {topic: tuple(dict.fromkeys(quotes)) for topic, quotes in found.items()}


def _read(root: Path, file: Path) -> dict[str, Any]:
    try:
        # The loader in C: the same result, much sooner.
        content: dict[str, Any] = yaml.load(read_text(root, file), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise SourceError(f"{file} is not valid YAML: {error}") from error
    return content


def _wordings(root: Path, file: Path) -> Iterator[Wording]:
    for response, variants in _read(root, file).get("responses", {}).items():
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
                file=str(file),
                key=metadata.get("key"),
                choices=tuple(b["payload"].lstrip("/") for b in variant.get("buttons", ())),
                unsaid=tuple(metadata.get("unsaid", ())),
            )


def read_catalogue(root: Path) -> Catalogue:
    """Return the catalogue of the project under `root`, its training lines left unread.

    Raises SourceError when a file is missing or is no YAML.
    """
    files = sorted(file.relative_to(root) for file in (root / "data").glob("*/*.yml"))
    domain = _read(root, _DOMAIN)
    return Catalogue(
        wordings=tuple(
            wording
            for file in files
            if file.parent.name != _TRAINING_LINES
            for wording in _wordings(root, file)
        ),
        service={
            name: domain["slots"][name]["initial_value"]
            for name in ("service_phone", "service_extension")
        },
        intents=frozenset(domain["intents"]),
    )


@cache
def load_catalogue() -> Catalogue:
    """Return this project's catalogue, read at the first call. Raises SourceError."""
    return read_catalogue(ROOT)
