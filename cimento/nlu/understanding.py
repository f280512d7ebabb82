"""Decide what a message is about, from what was read of it and the moment it speaks from.

Free of Rasa, and without a threshold of its own: those are learned (message_model.py). The
order is that of harm: an alarm, then several questions, then the likeliest one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cimento.nlu import moments, signs, topics
from cimento.nlu.message_model import Reading

_MOST_ANSWERS = 4


@dataclass(frozen=True)
class Decision:
    """What to answer (`topic`), how sure from 0 to 1, and what else is asked."""

    topic: str
    confidence: float
    also: list[str] = field(default_factory=list)


def _questions(asked: Sequence[str], is_one_clause: bool = False) -> list[str]:
    """Return the topics of `asked` that have an answer of their own, none near another.

    One clause is not both answered by the sheet and left out of it: the surer stands.
    """
    kept: list[str] = []
    for topic in asked:
        near = any({topic, other} <= near for near in topics.NEAR for other in kept)
        near |= is_one_clause and bool(kept) and topics.NOT_IN_SHEET in (topic, *kept)
        if topic not in topics.ALONE and not near:
            kept.append(topic)
    return kept


def _settle_moment(topic: str, moment: str | None, asked: Sequence[str] = ()) -> str:
    """Choose between the answer of before, of after, and the one that gives both.

    Who has `asked` of both moments is answered on both.
    """
    for before, after, either in topics.BY_MOMENT:
        if topic in (before, after, either) and not {before, after} <= set(asked):
            told = {moments.BEFORE: before, moments.AFTER: after}.get(moment or "")
            return told or topic
    return topic


def decide(reading: Reading, moment: str | None) -> Decision:
    """Return what to answer; `moment`: what `moments.read` found."""
    asked = [topic for topic in reading.asked if topic not in signs.SIGNS]
    if reading.is_alarm:
        also = [topic for topic in _questions(asked) if topic not in topics.SAID_BY_ALARMS]
        return Decision(reading.sign, 1.0, also[: _MOST_ANSWERS - 1])
    shares = {topic: share for topic, share in reading.ranking if topic not in signs.SIGNS}
    questions = _questions(asked, is_one_clause=not reading.places)
    if len(questions) > 1:
        questions = sorted(questions[:_MOST_ANSWERS], key=lambda t: reading.places.get(t, 0))
        settled = dict.fromkeys(_settle_moment(topic, moment, questions) for topic in questions)
        return Decision(topics.SEVERAL, 1.0, list(settled))
    topic = asked[0] if asked else max(shares, key=lambda name: shares[name])
    if topic == topics.OTHER_PERSON and reading.opening in topics.DENIES:
        topic = topics.NEGATED  # "non moi ça va, c'est mon petit-fils…": of oneself, nothing
    if questions and topic in topics.COURTESY:
        topic = questions[0]
    also = questions[: _MOST_ANSWERS - 1] if topic in topics.ASKED_WITH else []
    return Decision(_settle_moment(topic, moment), shares[topic], also)
