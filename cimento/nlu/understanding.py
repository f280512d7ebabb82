"""Decide what a message is about, from its topics, its signs of alarm and its moment.

Free of Rasa: takes the classifier's rankings and returns a decision. The order of the
rules is the order of harm: a missed alarm, then a wrong answer, then a refusal.
Thresholds were read off the curves of docs/understanding.md, on the tuning set.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cimento.nlu import moments, signs, topics

Ranking = list[tuple[str, float]]

ALARM_FROM = 0.35  # share of the alarms in the ranking, no word of alarm read
ALARM_NAMED_FROM = 0.10  # the same when a sign was read: the two agree
OTHER_PERSON_FROM = 0.30
OTHER_VITAL_FROM = 0.45  # the same when a life is at stake
BEFORE_FROM = 0.45  # the classifier alone places the sign before the act
BEFORE_TOLD_FROM = 0.10  # the message tells it too
ABOUT_RISK_FROM = 0.40  # a question on risks, against the words of alarm
SURE = 0.60  # the classifier contradicts the words of alarm
SECOND_QUESTION_FROM = 0.45
NEGATED_BESIDE_FROM = 0.10  # signs denied along with something else
RIVAL_FROM = 0.40  # the topic of the other moment, as a part of the confidence of the first


@dataclass(frozen=True)
class Decision:
    """What to answer (`topic`), how sure from 0 to 1, and what else is asked."""

    topic: str
    confidence: float
    also: list[str] = field(default_factory=list)


def share(ranking: Ranking, topics: Sequence[str] | set[str]) -> float:
    """Return the summed confidence of `topics` in `ranking`."""
    return sum(confidence for topic, confidence in ranking if topic in topics)


def _best(ranking: Ranking, among: Sequence[str] | set[str]) -> str:
    return next(topic for topic, _ in ranking if topic in among)


def _absent(mentions: list[signs.Mention]) -> list[str]:
    """Return the signs on which the words outweigh the classifier."""
    return signs.denied(mentions) + signs.unrelated(mentions)


def _gravest(present: list[str], absent: list[str], ranking: Ranking) -> str:
    """Return the sign to answer: vital before others, read or believed by the classifier."""
    vital = [sign for sign in present if sign in topics.VITAL] or [
        sign for sign in topics.VITAL if sign not in absent and share(ranking, [sign]) >= ALARM_FROM
    ]
    return max(vital, key=lambda sign: share(ranking, [sign])) if vital else present[0]


def _is_contradicted(sign: str, ranking: Ranking) -> bool:
    """Whether the classifier is sure that the words of `sign` say something else."""
    top, confidence = ranking[0]
    alarms = share(ranking, signs.SIGNS)
    if sign == "suicidal" or alarms >= ALARM_NAMED_FROM:
        return False
    if sign == "unusual_pain":
        return top not in topics.ONCE_HOME
    if top in topics.ABOUT_RISK:
        return confidence >= ABOUT_RISK_FROM
    if confidence < SURE:
        return False
    return top in topics.OF_THE_DAY or (top == "out_of_scope" and sign not in topics.VITAL)


def _is_before(sign: str, ranking: Ranking, moment: str | None) -> bool:
    """Whether `sign` is of before the act. A life at stake is answered at any time."""
    if sign in topics.VITAL or moment == moments.AFTER:
        return False
    enough = BEFORE_TOLD_FROM if moment == moments.BEFORE else BEFORE_FROM
    return share(ranking, [topics.BEFORE_ACT]) >= enough


def _named_alarm(ranking: Ranking, mentions: list[signs.Mention], moment: str | None) -> str | None:
    """Return the alarm to answer when signs were read, a topic of topics.ELSEWHERE, or None."""
    top, confidence = ranking[0]
    sign = _gravest(signs.present(mentions), _absent(mentions), ranking)
    if top == "other_person" and confidence >= (
        OTHER_VITAL_FROM if sign in topics.VITAL else OTHER_PERSON_FROM
    ):
        return top
    if _is_before(sign, ranking, moment):
        return topics.BEFORE_ACT
    return None if _is_contradicted(sign, ranking) else sign


def _guessed_alarm(
    ranking: Ranking, mentions: list[signs.Mention], moment: str | None
) -> str | None:
    """Return the alarm the classifier finds though no sign was read, or None."""
    if ranking[0][0] in topics.ELSEWHERE:
        return None
    believable = [sign for sign in signs.SIGNS if sign not in _absent(mentions)]
    if share(ranking, believable) < ALARM_FROM:
        return None
    sign = _best(ranking, believable)
    return topics.BEFORE_ACT if _is_before(sign, ranking, moment) else sign


def _two_questions(ranking: Ranking, halves: Sequence[Ranking]) -> list[str]:
    """Return the two topics of the best cut of the message, or nothing."""
    likeliest = {topic for topic, _ in ranking[:2]}
    best: tuple[float, list[str]] = (SECOND_QUESTION_FROM, [])
    for left, right in zip(halves[::2], halves[1::2], strict=True):
        pair = [left[0][0], right[0][0]]
        if len(set(pair)) < 2 or not set(pair) <= likeliest or set(pair) & topics.NO_QUESTION:
            continue
        if any(set(pair) <= near for near in topics.NEAR):
            continue
        sureness = min(left[0][1], right[0][1])
        if sureness >= best[0]:
            best = (sureness, pair)
    return best[1]


def _also(alarm: str, ranking: Ranking, halves: Sequence[Ranking]) -> list[str]:
    """Return the question asked along with `alarm`, if one is sure."""
    for candidate in (ranking, *halves):
        topic, confidence = candidate[0]
        asked = topic not in topics.NO_QUESTION and topic not in topics.SAID_BY_ALARMS
        if asked and topic not in topics.ABOUT_RISK and confidence >= SURE:
            return [topic]
    return []


def _settle_moment(ranking: Ranking, moment: str | None) -> str:
    """Choose between the answer of before, of after, and the one that gives both."""
    topic, confidence = ranking[0]
    for before, after, either in topics.BY_MOMENT:
        if topic not in (before, after, either):
            continue
        told = {moments.BEFORE: before, moments.AFTER: after}.get(moment or "")
        rival = told or either
        if topic == either or share(ranking, [rival]) >= RIVAL_FROM * confidence:
            return rival
    return topic


def decide(
    ranking: Ranking, halves: Sequence[Ranking], mentions: list[signs.Mention], moment: str | None
) -> Decision:
    """Return what to answer.

    `ranking`: the topics of the whole message, best first. `halves`: the rankings of
    the two halves of each cut, left then right (an even number of rankings).
    `mentions` and `moment`: what `signs.read` and `moments.read` found.
    """
    present = signs.present(mentions)
    alarm = (
        _named_alarm(ranking, mentions, moment)
        if present
        else _guessed_alarm(ranking, mentions, moment)
    )
    if alarm:
        also = [] if alarm in topics.ELSEWHERE else _also(alarm, ranking, halves)
        return Decision(alarm, 1.0, also)
    if _absent(mentions):
        # What is left of the classifier's alarm rests on the words that were explained.
        ranking = [entry for entry in ranking if entry[0] not in signs.SIGNS]
    if signs.denied(mentions) and not present:
        top, confidence = ranking[0]
        beside = confidence < SURE and share(ranking, {topics.NEGATED}) >= NEGATED_BESIDE_FROM
        if top == topics.NEGATED or beside or confidence < ALARM_FROM:
            return Decision(topics.NEGATED, 1.0)
    questions = _two_questions(ranking, halves)
    if questions:
        return Decision(topics.SEVERAL, 1.0, questions)
    return Decision(_settle_moment(ranking, moment), ranking[0][1])
