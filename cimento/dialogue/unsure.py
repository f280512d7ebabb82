"""What an uncertain message may mean, after what was just spoken of."""

from collections.abc import Container, Sequence

from cimento.dialogue import follow_up
from cimento.dialogue.subject import NOT_IN_SHEET, topics_of
from cimento.dialogue.turns import Turn, last, ranking

_LIKELIEST = 3  # intents of the ranking that an uncertain message may still be
_SURE = 0.8  # of what it is read as: small talk reads over it, what leans on an answer under it
_LONGEST = 12  # words of a message that leans on the one before


def asked_of_subject(turns: Sequence[Turn]) -> str | None:
    """Return the follow-up question that the present message, uncertain, likely is.

    None when nothing was just spoken of, or none is among the likeliest. `turns`: the present
    one last.
    """
    likeliest = ranking(turns[-1])[:_LIKELIEST]
    return next((name for name in likeliest if name in follow_up.INTENTS), None)


def leaning(
    turns: Sequence[Turn], text: str, confidence: float, titles: Container[str]
) -> str | None:
    """Return the follow-up question that a message leaning on an answer is: « et le quad ? »
    after driving, taken for another subject. None when it stands alone: it is read with
    confidence, is long, or follows no answer of the sheet."""
    before = last(turns)
    topics = topics_of(before, titles) if before else []
    leans = bool(topics) and topics[-1] != NOT_IN_SHEET and len(text.split()) <= _LONGEST
    if confidence >= _SURE or not leans:
        return None
    return asked_of_subject(turns) or "ask_same"
