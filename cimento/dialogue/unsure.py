"""What an uncertain message may mean, after what was just spoken of."""

from collections.abc import Container, Sequence

from cimento.answers.catalogue import SMS, Catalogue
from cimento.dialogue import follow_up
from cimento.dialogue.follow_up import Asked, FollowUp, Say
from cimento.dialogue.subject import NOT_IN_SHEET, subjects, topics_of
from cimento.dialogue.turns import Turn, intent, last, ranking

MOST_TOPICS = 3  # that are offered
FALLBACK, NOT_ANSWERED = "nlu_fallback", "not_my_question"

_LIKELIEST = 3  # intents of the ranking that an uncertain message may still be
_SURE = 0.8  # of what it is read as: small talk reads over it, what leans on an answer under it
_LONGEST = 12  # words of a message that leans on the one before
_GIVE_UP = Say("utter_help/give_up")


def asked_of_subject(turns: Sequence[Turn]) -> str | None:
    """Return the follow-up question that the present message, uncertain, likely is.

    None when none is among the likeliest. `turns`: the present one last.
    """
    likeliest = ranking(turns[-1])[:_LIKELIEST]
    return next((name for name in likeliest if name in follow_up.INTENTS), None)


def leaning(asked: Asked, titles: Container[str]) -> str | None:
    """Return the follow-up question that a message leaning on an answer is: « et le quad ? »
    after driving, taken for another subject. None when it stands alone: it is read with
    confidence, is long, or follows no answer of the sheet."""
    before = last(asked.turns)
    topics = topics_of(before, titles) if before else []
    leans = bool(topics) and topics[-1] != NOT_IN_SHEET and len(asked.text.split()) <= _LONGEST
    if asked.confidence >= _SURE or not leans:
        return None
    return asked_of_subject(asked.turns) or "ask_same"


class Offers:
    """Answers what was not understood, or was answered beside the question."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._follow_up = FollowUp(catalogue)

    def answer(self, asked: Asked) -> tuple[Say, list[str]]:
        """Return what to say, and the topics to offer with it.

        After two failures, or with nothing to offer, the numbers. After an answer, what may be a
        follow-up question is answered as one; else that answer is said again in short beside the
        offer. Who says that the question was another one is offered what else it may have meant.
        """
        turns, titles = asked.turns, self._catalogue.titles
        before, treated = last(turns), subjects(turns, titles)
        is_uncertain = asked.intent != NOT_ANSWERED
        if before and intent(before) in (FALLBACK, NOT_ANSWERED):
            return _GIVE_UP, []
        if is_uncertain and treated and (taken_for := asked_of_subject(turns)):
            return self._follow_up.answer(asked, taken_for), []
        topics = self._likeliest(asked)
        if not topics:
            return _GIVE_UP, []
        can_be_short = bool(treated) and self._catalogue.is_calm(treated[-1])
        if is_uncertain and asked.channel != SMS and can_be_short:
            say = self._follow_up.filled("utter_follow_up/unsure", treated[-1], asked.channel)
            return say, topics
        return Say("utter_help/offer_topics"), topics

    def _likeliest(self, asked: Asked) -> list[str]:
        titles, before = self._catalogue.titles, last(asked.turns)
        meant, answered = asked.turns[-1], set[str]()
        if before and asked.intent == NOT_ANSWERED:
            meant, answered = before, set(topics_of(before, titles))
        names = [name for name in ranking(meant) if name in titles and name not in answered]
        return names[:MOST_TOPICS]
