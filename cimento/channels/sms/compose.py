"""Make one SMS of a turn: gravest answer first, numbered choices, two segments at most."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cimento.answers.catalogue import LEVELS, Catalogue
from cimento.channels.sms.choices import YES_OR_NO
from cimento.channels.sms.texts import load_texts
from cimento.channels.turn import Message
from cimento.sms import gsm7
from cimento.sms.transliterate import to_gsm7

# The question about the signs, from its longest form to its shortest (texts.yml).
_SHORTER = ("asked", "asked_short", "asked_least")


@dataclass
class Answer:
    """One answer of a turn: its lines, the titles of its choices, how grave it is, and whether it
    is the question about the signs."""

    lines: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    level: int = 0
    asks: bool = False


def split(messages: list[Message]) -> list[Answer]:
    """Return the answers of a turn, gravest first.

    `messages` as Rasa's collecting channel has them: the texts of each answer come before
    its `custom` object. Choices are numbered through the whole turn, in Rasa's order.
    """
    answers, current, number = [], Answer(), 0
    for message in messages:
        if said := message.get("text"):
            current.lines.append(to_gsm7(said.strip()))
        for button in message.get("buttons") or []:
            number += 1
            current.choices.append(to_gsm7(f"{number}. {button['title']}"))
            current.asks |= button["payload"] in YES_OR_NO
        if custom := message.get("custom"):
            current.level = LEVELS.index(custom.get("escalation", "none"))
            answers.append(current)
            current = Answer()
    if current.lines or current.choices:
        answers.append(current)
    # sorted() keeps the order of the answers that are equally grave.
    return sorted((a for a in answers if a.lines), key=lambda answer: -answer.level)


def fits(*blocks: str) -> bool:
    """Return whether the blocks, one under the other, are at most two segments."""
    return gsm7.segments("\n".join(filter(None, blocks))) <= gsm7.MAX_SEGMENTS


class Composer:
    """Composes SMS. `texts`: what the channel says by itself, by name (see texts.yml)."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.texts: Mapping[str, str] = load_texts(catalogue)
        self._phone = catalogue.service["service_phone"]

    def compose(self, messages: list[Message], opening: str = "", closing: str = "") -> str:
        """Return the SMS of a turn, in GSM-7.

        `opening` stands before everything, except before an alarm, which comes first;
        `closing` after everything, when there is room. An answer is never cut: those that do
        not fit are left to the service's number; of the choices, the last ones are left out.
        """
        first, *others = split(messages)
        body = "\n".join(first.lines)
        if opening.rstrip(".").lower() in body.lower():
            opening = ""  # the answer says it already
        if opening and first.level:
            body = f"{body}\n{opening}" if fits(body, opening) else body
        elif opening:
            body = f"{opening} {body}"
        body = _with_choices(body, first.choices)
        for position, answer in enumerate(others):
            said = _with_choices("\n".join(answer.lines), answer.choices)
            last = position == len(others) - 1
            # What is left out must leave room to say so.
            longest = "" if last else self.texts["rest_short"]
            for shorter in _SHORTER if last and answer.asks else ():
                if not fits(body, said):  # it is still to be answered
                    said = _with_choices(self.texts[shorter], answer.choices)
            if not fits(body, said, longest):
                tail = self._tail(body)
                return f"{body}\n{tail}" if tail else body
            body = f"{body}\n{said}"
        return f"{body}\n{closing}" if closing and fits(body, closing) else body

    def with_unseen(self, sms: str) -> list[str]:
        """Return the SMS that answer a message whose picture was not seen: `sms` first.

        The picture may be an alarm: the notice has the emergency numbers, unless `sms` has them.
        Where there is no room, they leave in an SMS of their own: neither cuts the other.
        """
        told = "112" in sms
        notice = self.texts["media_unseen_short" if told else "media_unseen"]
        if fits(sms, notice):
            return [f"{sms}\n{notice}"]
        return [sms] if told else [sms, notice]

    def with_reminder(self, parts: list[str], reminder: str) -> list[str]:
        """Return the SMS that answer somebody who has still to call: the reminder comes first, in
        an SMS of its own where there is no room."""
        reminder = to_gsm7(reminder)
        if not reminder:
            return parts
        first, *rest = parts
        return [f"{reminder}\n{first}", *rest] if fits(reminder, first) else [reminder, *parts]

    def _tail(self, body: str) -> str:
        for name in ("rest_short",) if self._phone in body else ("rest", "rest_short"):
            if fits(body, self.texts[name]):
                return self.texts[name]
        return ""


def _with_choices(body: str, choices: list[str]) -> str:
    for choice in choices:
        if not fits(body, choice):
            break
        body = f"{body}\n{choice}"
    return body
