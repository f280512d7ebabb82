"""Decide what a message is about, from its topics, its signs of alarm and its moment.

Free of Rasa: takes the classifier's rankings and returns a decision. The order of the
rules is the order of harm: a missed alarm, then a wrong answer, then a refusal.
Thresholds were read off the curves of docs/understanding.md, on the tuning set.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nlu import moments, signs

Ranking = list[tuple[str, float]]

SEVERAL = "several_questions"
NEGATED = "negated_symptom"
# Topics that place an alarm elsewhere: with another person, or before the act.
ELSEWHERE = {"symptom_before", "other_person"}
# Topics that are no question of the sheet: never the second of two questions.
_NO_QUESTION = set(signs.SIGNS) | ELSEWHERE | {
    "greet", "thanks", "goodbye", "affirm", "deny", "what_next", "repeat", "help", "insult",
    "out_of_scope", "bot_challenge", NEGATED, "not_in_sheet", "unwell", "anxious", "human",
}  # fmt: skip
# Asking about these names an alarm without having one: "quel risque d'hémorragie ?".
_ABOUT_RISK = {
    "risks", "risk_infection", "risk_hematoma", "risk_leak", "risk_fracture", "risk_death",
    "anticoagulants", "xrays", "definition",
}  # fmt: skip
# Every alarm already says whom to call and what to do.
_SAID_BY_ALARMS = {"contact", "aftercare", "eating", "instructions"}
# One question, two moments: (before, after, when the message tells neither).
_BY_MOMENT = (("fasting", "eat_after", "eating"), ("prepare", "aftercare", "instructions"))
# Pairs so near that asking both is one question.
_NEAR = (
    {"eating", "fasting", "eat_after"},
    {"instructions", "prepare", "aftercare"},
    {"contact", "human"},
    {"guidance", "xrays"},
)

ALARM_FROM = 0.35  # share of the alarms in the ranking, no word of alarm read
ALARM_NAMED_FROM = 0.10  # the same when a sign was read: the two agree
ALARM_HALF_FROM = 0.85  # one half of the message alone
ELSEWHERE_FROM = 0.45
SURE = 0.60  # the classifier contradicts the words of alarm
SECOND_QUESTION_FROM = 0.50
UNSURE_MOMENT_BELOW = 0.60


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


def _alarm(ranking: Ranking, halves: Sequence[Ranking], mentions: list[signs.Mention], moment: str | None) -> str | None:
    """Return the alarm to answer, a topic of ELSEWHERE, or None."""
    top, confidence = ranking[0]
    present, denied = signs.present(mentions), signs.denied(mentions)
    alarms = share(ranking, signs.SIGNS)
    if present:
        sign = present[0]
        vital = sign in ("emergency", "suicidal")
        if top in ELSEWHERE and confidence >= ELSEWHERE_FROM and not (vital and top == "symptom_before"):
            return top
        if moment == moments.BEFORE and not vital:
            return "symptom_before" if share(ranking, ELSEWHERE) + alarms >= ALARM_NAMED_FROM else None
        contradicted = confidence >= SURE and alarms < ALARM_NAMED_FROM
        if contradicted and top == "out_of_scope" and sign != "suicidal":
            return None
        if contradicted and top in _ABOUT_RISK and vital:
            return None
        if sign == "unusual_pain" and alarms < ALARM_NAMED_FROM and top != NEGATED:
            return None
        return sign
    if top in ELSEWHERE:
        return None
    undenied = [sign for sign in signs.SIGNS if sign not in denied]
    if share(ranking, undenied) >= ALARM_FROM:
        return _best(ranking, undenied)
    if not denied and top != NEGATED:
        for half in halves:
            if half[0][0] in signs.SIGNS and half[0][1] >= ALARM_HALF_FROM:
                return half[0][0]
    return None


def _two_questions(ranking: Ranking, halves: Sequence[Ranking]) -> list[str]:
    """Return the two topics of the best cut of the message, or nothing."""
    likeliest = {topic for topic, _ in ranking[:2]}
    best: tuple[float, list[str]] = (SECOND_QUESTION_FROM, [])
    for left, right in zip(halves[::2], halves[1::2], strict=True):
        pair = [left[0][0], right[0][0]]
        if len(set(pair)) < 2 or not set(pair) <= likeliest or set(pair) & _NO_QUESTION:
            continue
        if any(set(pair) <= near for near in _NEAR):
            continue
        sureness = min(left[0][1], right[0][1])
        if sureness >= best[0]:
            best = (sureness, pair)
    return best[1]


def _also(alarm: str, ranking: Ranking, halves: Sequence[Ranking]) -> list[str]:
    """Return the question asked along with `alarm`, if one is sure."""
    for candidate in (ranking, *halves):
        topic, confidence = candidate[0]
        asked = topic not in _NO_QUESTION and topic not in _SAID_BY_ALARMS
        if asked and topic not in _ABOUT_RISK and confidence >= SURE:
            return [topic]
    return []


def _settle_moment(topic: str, confidence: float, ranking: Ranking, moment: str | None) -> str:
    """Choose between the answer of before, of after, and the one that gives both."""
    for before, after, either in _BY_MOMENT:
        if topic in (before, after) and confidence < UNSURE_MOMENT_BELOW:
            rival = after if topic == before else before
            if moment == moments.BEFORE:
                return before
            if moment == moments.AFTER:
                return after
            if {topic, rival} <= {name for name, _ in ranking[:3]} or ranking[1][0] == either:
                return either
    return topic


def decide(ranking: Ranking, halves: Sequence[Ranking], mentions: list[signs.Mention], moment: str | None) -> Decision:
    """Return what to answer.

    `ranking`: the topics of the whole message, best first. `halves`: the rankings of
    the two halves of each cut, left then right (an even number of rankings).
    `mentions` and `moment`: what `signs.read` and `moments.read` found.
    """
    alarm = _alarm(ranking, halves, mentions, moment)
    if alarm:
        also = [] if alarm in ELSEWHERE else _also(alarm, ranking, halves)
        return Decision(alarm, 1.0, also)
    if signs.denied(mentions):
        ranking = [entry for entry in ranking if entry[0] not in signs.SIGNS]
        if share(ranking[:1], {NEGATED}) or (ranking[0][1] < SURE and share(ranking[:3], {NEGATED})):
            return Decision(NEGATED, 1.0)
        if signs.present(mentions) == [] and ranking[0][1] < ALARM_FROM:
            return Decision(NEGATED, 1.0)
    questions = _two_questions(ranking, halves)
    if questions:
        return Decision(SEVERAL, 1.0, questions)
    topic, confidence = ranking[0]
    return Decision(_settle_moment(topic, confidence, ranking, moment), confidence)
