"""Answer a question that names no topic of its own, with the topic of the last answer.

The understanding reads the facet alone (intents ask_why, ask_how_long…); the conversation
supplies the topic; `data/facets/` holds what the sheet says of the one under the other.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cimento.answers.catalogue import FACETS, SMS, WEB, Catalogue
from cimento.dialogue import points
from cimento.dialogue.subject import CHECK_IN, NOT_IN_SHEET, subjects
from cimento.dialogue.turns import Turn, last
from cimento.nlu import moments, topics
from cimento.sms import gsm7
from cimento.sms.transliterate import to_gsm7

_ASKED = "ask_"  # an intent: a facet asked
# Asked of what was said, whatever it was.
OF_ANSWERS = ("ask_which_point", "ask_other_moment", "ask_sure", "ask_else", "ask_same")
INTENTS = frozenset({*(_ASKED + facet for facet in FACETS), *OF_ANSWERS})

# Asked of nothing, it is asked of the act.
OF_THE_ACT = {
    "ask_why": "purpose", "ask_must": "consent_freedom", "ask_how": "course",
    "ask_how_serious": "risks", "ask_prevent": "risks",
}  # fmt: skip

# So are these of its course: « C'est long ? », « Qui le fait ? »
_OF_THE_COURSE = {"ask_how_long", "ask_whom", "ask_where"}

LONGEST_QUOTE = {SMS: 250}  # characters: the rest of two segments
_WHOLE_QUOTE = 400


@dataclass(frozen=True)
class Asked:
    """The present message, where it stands. `turns`: its own is the last; `text`: its words;
    `moment`: before or after the act, when it tells; `confidence`: of `intent`, from 0 to 1."""

    intent: str
    turns: Sequence[Turn]
    channel: str = WEB
    text: str = ""
    moment: str | None = None
    confidence: float = 1.0


@dataclass(frozen=True)
class Say:
    """A response to say; `fill`: what stands in the place of its {names}."""

    response: str
    fill: Mapping[str, str] = field(default_factory=dict)


_UNSAID = "utter_follow_up/unsaid_"  # and a facet: the sheet does not say it, somebody has read
_NOT_FOUND = "utter_follow_up/not_found"  # nobody has read whether the sheet says it
_SAME = "utter_follow_up/same"
_WHICH_MOMENT = "utter_default"
_OF_MOMENT = {moments.BEFORE: "prepare", moments.AFTER: "aftercare"}
_DURING, _DURING_THE_ACT = re.compile(r"\bpendant\b", re.IGNORECASE), "course"
_ABOUT_WHAT = Say("utter_follow_up/about_what")


class FollowUp:
    """Answers follow-up questions from the catalogue. Raises nothing: what the sheet does not
    say is said to be so where a topic declares it (`unsaid`), else not to have been found."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def answer(self, asked: Asked, intent: str = "", about: str | None = None) -> Say:
        """Return what to say to a message read as one of INTENTS.

        `intent`: what it is taken for, if that is not its own; `about`: the topic asked just
        before in the same message.
        """
        intent, turns, channel = intent or asked.intent, asked.turns, asked.channel
        if intent == "ask_which_point":
            return self._point(turns, asked.text)
        facet = intent.removeprefix(_ASKED)
        about = about or self._pointed_at(turns, asked.text)
        treated = [about] if about else subjects(turns, self._catalogue.titles)
        if not treated:
            of_the_act = f"course/{facet}" if intent in _OF_THE_COURSE else OF_THE_ACT.get(intent)
            return Say(f"utter_{of_the_act}") if of_the_act else _ABOUT_WHAT
        if treated == [CHECK_IN]:
            return Say("utter_ask_check_in")
        if treated[-1] == NOT_IN_SHEET:
            return Say(f"utter_{NOT_IN_SHEET}")
        topic = self._meant(intent, treated)
        if said := self._catalogue.facets.get(topic, {}).get(facet):
            return Say(said)
        if not self._catalogue.is_calm(topic):
            return Say(f"utter_{topic}")  # a sign is not discussed: its advice is said again
        if intent == "ask_other_moment":
            return self._other_moment(topic, asked)
        if intent == "ask_sure":
            return self._source(topic, channel)
        if facet not in FACETS:
            return self.filled(f"utter_follow_up/{facet}", topic, channel)
        is_unsaid = facet in self._catalogue.answer(topic).unsaid
        return self.filled(f"{_UNSAID}{facet}" if is_unsaid else _NOT_FOUND, topic, channel)

    def _pointed_at(self, turns: Sequence[Turn], text: str) -> str | None:
        """Return the topic of « le deuxième, jusqu'à quand ? », None when it points at none."""
        which = points.named(text)
        return None if which is None else points.topic_at(turns, which, self._catalogue.titles)

    def _meant(self, intent: str, treated: Sequence[str]) -> str:
        """Return the topic meant, of several: the last of which the sheet says what is asked."""
        facet = intent.removeprefix(_ASKED)
        says = [topic for topic in treated if facet in self._catalogue.facets.get(topic, {})]
        return (says or treated)[-1]

    def filled(self, response: str, topic: str, channel: str) -> Say:
        """Return `response` with the title of `topic` and its answer in short.

        An answer that tells to call is said again, whole, with no « la fiche ne précise pas »
        before it. In an SMS without room for both, what the sheet does not say is said to be so, or
        what was not found; and whom to ask.
        """
        channel = SMS if channel == SMS else WEB
        short = self._catalogue.in_short(topic, channel)
        fill = {"title": self._catalogue.titles[topic], "short": short, "topic": topic}
        text = self._catalogue.render(self._catalogue.wording(response, SMS).text, fill)
        has_room = channel != SMS or gsm7.segments(to_gsm7(text)) <= gsm7.MAX_SEGMENTS
        is_unsaid = response.startswith(_UNSAID)
        refuses = is_unsaid or response == _NOT_FOUND
        if (refuses or not has_room) and self._catalogue.tells_to_call(topic, channel):
            return Say(f"utter_{topic}")
        if has_room:
            return Say(response, fill)
        if response == _NOT_FOUND:
            return self.filled(_SAME, topic, channel)
        return Say(f"utter_{NOT_IN_SHEET}" if is_unsaid else "utter_contact")

    def _source(self, topic: str, channel: str) -> Say:
        longest = LONGEST_QUOTE.get(channel, _WHOLE_QUOTE)
        quotes = [q for q in self._catalogue.quotes.get(topic, ()) if len(q) <= longest]
        if not quotes:
            return self.filled("utter_follow_up/sure", topic, channel)
        return Say("utter_follow_up/source", {"quote": quotes[0], "topic": topic})

    def _other_moment(self, topic: str, asked: Asked) -> Say:
        """Return the answer on `topic` for the moment told, else all that the sheet says of it."""
        told = asked.moment or moments.corrected_to(asked.text)
        if told is None and _DURING.search(asked.text):
            return Say(f"utter_{_DURING_THE_ACT}")
        for before, after, either in topics.BY_MOMENT:
            if topic in (before, after, either):
                other = before if topic == after else after
                by_moment = {moments.BEFORE: before, moments.AFTER: after}
                return Say(f"utter_{by_moment.get(told or '', other)}")
        if told is None:
            return Say(_WHICH_MOMENT)
        own = f"utter_{topic}"
        has_own = any(w.response == own and told in w.condition for w in self._catalogue.wordings)
        return Say(own if has_own else f"utter_{_OF_MOMENT[told]}")

    def _point(self, turns: Sequence[Turn], text: str) -> Say:
        which = points.place(text)
        if which is None:
            return _ABOUT_WHAT
        if topic := points.topic_at(turns, which, self._catalogue.titles):
            return Say(f"utter_{topic}")
        before = last(turns)
        point = points.point_at(before, which) if before else None
        treated = subjects(turns, self._catalogue.titles)
        if not point or not treated:
            return _ABOUT_WHAT
        fill = {"point": point.rstrip(" ;.\u00a0"), "topic": treated[-1]}
        return Say("utter_follow_up/point", fill)
