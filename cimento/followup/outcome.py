"""What one message says to a check-in. Pure: from what was answered, and how grave it was.

The assistant has read the message; its topics are those of data/, `none` is the level of what is
no escalation. What is neither an answer nor misunderstood is a question: the check-in stays open.
"""

from collections.abc import Collection
from datetime import timedelta
from enum import Enum


class Outcome(str, Enum):
    """What is known of a check-in, once somebody has written."""

    NO_SIGN = "none"
    SIGN = "sign"
    UNRESOLVED = "unresolved"  # not an answer, or one that nobody can read
    WRONG_PERSON = "wrong_person"
    QUESTION = "question"  # asked, and nothing answered yet
    STOP = "stop"


# Those after which no answer is awaited any more.
CLOSED = frozenset({Outcome.NO_SIGN, Outcome.SIGN, Outcome.WRONG_PERSON, Outcome.STOP})
# For so long after the first answer another one changes it: after that it is about other days.
CORRECTED_WITHIN = timedelta(hours=24)

HUMAN, OPT_OUT, WRONG_PERSON = "human", "opt_out", "wrong_person"  # topics that the team learns of
_QUESTION_OF_THE_CHECK_IN = "unwell"  # asked again beside another answer: says nothing itself
_TAKEN_BACK = "correct_no"
_NO_SIGN = {"check_in", "negated_symptom", _TAKEN_BACK}
_NO_ANSWER = {
    *("unsure", "correct_yes", "wordless", "unavailable", "give_up", "offer_topics"),
    *("out_of_scope", "insult", "greet", "thanks", "goodbye", "affirm", "deny", "tell_moment"),
}


def decide(before: Outcome | None, topics: Collection[str], level: str) -> Outcome:
    """Return the outcome of a check-in after one more message.

    `before`: its outcome until now, None when nobody had written. `topics`: of all the answers that
    the message got; `level`: of the gravest one, see answers.catalogue.LEVELS.
    """
    said = set(topics) - {_QUESTION_OF_THE_CHECK_IN}
    if level != "none":
        return Outcome.SIGN
    if WRONG_PERSON in said:
        return Outcome.WRONG_PERSON
    if before == Outcome.SIGN:
        return Outcome.NO_SIGN if _TAKEN_BACK in said else Outcome.SIGN
    if said & _NO_SIGN:
        return Outcome.NO_SIGN
    if before in CLOSED:
        return before
    if OPT_OUT in said:
        return Outcome.STOP
    if not said or said & _NO_ANSWER:
        return Outcome.UNRESOLVED
    return Outcome.QUESTION
