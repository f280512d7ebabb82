"""What one message says to a check-in, as a table."""

import pytest

from cimento.followup.outcome import CLOSED, Outcome, decide

NO_SIGN, SIGN, UNRESOLVED, WRONG, QUESTION, STOP = (
    Outcome.NO_SIGN, Outcome.SIGN, Outcome.UNRESOLVED, Outcome.WRONG_PERSON, Outcome.QUESTION, Outcome.STOP,
)  # fmt: skip
ALL = (None, *Outcome)


@pytest.mark.parametrize("before", ALL)
@pytest.mark.parametrize("level", ["equipe", "medecin", "urgence"])
def test_an_escalation_is_a_sign_whatever_else_is_said(before: Outcome | None, level: str) -> None:
    assert decide(before, ["fever", "check_in", "opt_out", "wrong_person"], level) == SIGN


@pytest.mark.parametrize(
    ("before", "topics", "outcome"),
    [
        # The first message: an answer, a question, neither.
        (None, ["check_in"], NO_SIGN),
        (None, ["negated_symptom"], NO_SIGN),
        (None, ["correct_no"], NO_SIGN),
        (None, ["negated_symptom", "driving", "unwell"], NO_SIGN),
        (None, ["driving", "unwell"], QUESTION),
        (None, ["not_in_sheet", "unwell"], QUESTION),
        (None, ["ask_check_in", "unwell"], QUESTION),
        (None, ["human", "unwell"], QUESTION),
        (None, ["unsure", "unwell"], UNRESOLVED),
        (None, ["thanks", "unwell"], UNRESOLVED),
        (None, ["out_of_scope", "unwell"], UNRESOLVED),
        (None, ["unavailable"], UNRESOLVED),
        (None, ["wordless"], UNRESOLVED),
        (None, ["unwell"], UNRESOLVED),
        (None, [], UNRESOLVED),
        (None, ["wrong_person"], WRONG),
        (None, ["opt_out"], STOP),
        # A question keeps it open.
        (QUESTION, ["shower", "unwell"], QUESTION),
        (QUESTION, ["unsure", "unwell"], UNRESOLVED),
        (QUESTION, ["check_in"], NO_SIGN),
        (UNRESOLVED, ["shower", "unwell"], QUESTION),
        (UNRESOLVED, ["unsure", "unwell"], UNRESOLVED),
        (UNRESOLVED, ["check_in"], NO_SIGN),
        (UNRESOLVED, ["wrong_person"], WRONG),
        # Once answered, other talk changes nothing, a correction does.
        (NO_SIGN, ["driving"], NO_SIGN),
        (NO_SIGN, ["thanks"], NO_SIGN),
        (NO_SIGN, ["unsure"], NO_SIGN),
        (NO_SIGN, ["opt_out"], NO_SIGN),
        (NO_SIGN, ["wrong_person"], WRONG),
        (SIGN, ["driving"], SIGN),
        (SIGN, ["negated_symptom"], SIGN),
        (SIGN, ["check_in"], SIGN),
        (SIGN, ["correct_no"], NO_SIGN),
        (SIGN, ["opt_out"], SIGN),
        (SIGN, ["wrong_person"], WRONG),
        (WRONG, ["thanks"], WRONG),
        (WRONG, ["check_in"], NO_SIGN),
        (STOP, ["thanks"], STOP),
        (STOP, ["check_in"], NO_SIGN),
    ],
)  # fmt: skip
def test_what_is_no_escalation(before: Outcome | None, topics: list[str], outcome: Outcome) -> None:
    assert decide(before, topics, "none") == outcome


@pytest.mark.parametrize("before", ALL)
def test_a_topic_that_is_not_known_here_never_closes_a_check_in(before: Outcome | None) -> None:
    assert (decide(before, ["a new topic"], "none") in CLOSED) == (before in CLOSED)
