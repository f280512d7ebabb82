"""Count what the servers answer and refuse. Labels are names of ours: never what somebody wrote."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from cimento.answers.catalogue import LEVELS
from cimento.nlu.text import fold

COUNTED = CollectorRegistry()  # by this process, since it started

CHANNELS = ("chat", "rest", "sms")
# What a turn came to, the first that is true: a failure; not understood, topics offered or none;
# « la fiche ne le précise pas »; another subject; anything else.
OUTCOMES = ("unavailable", "unsure", "not_in_sheet", "out_of_scope", "answered")
_OF_TOPIC = {
    "unavailable": "unavailable",
    "offer_topics": "unsure",
    "give_up": "unsure",
    "unsure": "unsure",
    "not_in_sheet": "not_in_sheet",
    "out_of_scope": "out_of_scope",
}
# Follow-up questions keep the topic they are about: their words tell.
_OF_WORDS = {
    "unsure": re.compile(r"je ne suis pas certain d'avoir compris"),
    "not_in_sheet": re.compile(
        r"\W, la fiche ne precise (pas|ni)|je ne trouve pas (cela|ce cas) dans la fiche"
    ),
}

_TURNS = Counter(
    "cimento_turns", "Turns, by what they came to", ["channel", "outcome"], registry=COUNTED
)
_ESCALATIONS = Counter(
    "cimento_escalations",
    "Turns that tell to call, by the gravest level",
    ["channel", "level"],
    registry=COUNTED,
)
_SECONDS = Histogram(
    "cimento_turn_seconds",
    "From a message to its answer",
    ["channel"],
    registry=COUNTED,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0),
)
_REFUSED = Counter(
    "cimento_refused",
    "Requests refused: tokens, secrets, rates, what is malformed",
    ["door", "reason"],
    registry=COUNTED,
)

# Zeros are told from the start: what was never told rises from nothing unseen.
for _channel in CHANNELS:
    _SECONDS.labels(_channel)
    for _outcome in OUTCOMES:
        _TURNS.labels(_channel, _outcome)
    for _level in LEVELS[1:]:
        _ESCALATIONS.labels(_channel, _level)


def outcome(turn: Sequence[dict[str, Any]]) -> str:
    """Return which of OUTCOMES a completed turn came to (see channels.turn.complete)."""
    found = set(_signs(turn))
    return next((name for name in OUTCOMES if name in found), "answered")


def _signs(turn: Sequence[dict[str, Any]]) -> Iterator[str]:
    custom = turn[-1]["custom"]
    for each in (custom, *custom.get("also", [])):
        if each["topic"] in _OF_TOPIC:
            yield _OF_TOPIC[each["topic"]]
    text = fold(" ".join(message.get("text", "") for message in turn)).replace("’", "'")
    yield from (name for name, words in _OF_WORDS.items() if words.search(text))


def count_turn(channel: str, seconds: float, turn: Sequence[dict[str, Any]]) -> None:
    """Count a completed turn of one of CHANNELS, which took so long."""
    _SECONDS.labels(channel).observe(seconds)
    _TURNS.labels(channel, outcome(turn)).inc()
    if (level := turn[-1]["custom"]["escalation"]) != "none":
        _ESCALATIONS.labels(channel, level).inc()


def count_refusal(door: str, reason: str) -> None:
    """Count a request that was refused at one of our doors; `reason`: a name of ours."""
    _REFUSED.labels(door, reason).inc()
