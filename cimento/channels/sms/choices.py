"""Buttons by SMS: numbered lines, and the answers "1", "le 2", "réponse 3".

While the question about the signs is open its digits are its own: 1 is yes, 2 no. "Les deux" are
then two of the signs, and "le deuxième" is the second of them.
"""

import re
from typing import Any

from cimento.channels.turn import Message
from cimento.nlu import alarms, signs
from cimento.nlu.text import fold

_FORM = "symptom_form"  # domain.yml: the form, whose it is, and whether it was answered
_CHECK_IN, _ANSWERED = "check_in", "symptom__answered"
YES_OR_NO = ["/affirm", "/deny"]
_CORRECTION = ["/correct_yes", "/correct_no"]
# A check-in asks for signs; the hand that says all is well, of whatever colour, answers no.
_ALL_WELL = re.compile(r"[\s\U0001F44D\U0001F44C\U0001F3FB-\U0001F3FF]+")

_ORDINALS = {
    **dict.fromkeys(("un", "une", "premier", "premiere", "1er", "1ere"), 1),
    **dict.fromkeys(("deux", "deuxieme", "second", "seconde", "2eme", "2e"), 2),
    **dict.fromkeys(("trois", "troisieme", "3eme", "3e"), 3),
}
_CHOICE = re.compile(
    r"\W*(?:(?:je (?:vous )?(?:choisis|prends|reponds?|dis|mets|tape)|c'est|ce sera|plutot) )?"
    r"(?:(?:l[ea]|ma|mon) )?"
    r"(?:(?:reponse|choix|numero|n°|no|option|chiffre)\s*:?\s*)?(?:l[ea] )?"
    rf"(\d{{1,2}}|{'|'.join(_ORDINALS)})(?: reponse)?(?:\W*(?:svp|merci|s'il vous plait))?\W*"
)

_SOME_SIGNS = re.compile(
    r"\W*(?:oui\W+)?(?:pour )?(?:(?:tous|toutes) )?les (?:deux|trois|2|3)"
    r"(?: (?:premier|dernier)e?s)?\W*"
)
_YES = re.compile(r"\W*(?:oui|ouais|oue|yes|si)\b")
# "Oui pour la douleur, non pour le reste": yes to one of the signs asked, of which nothing more is
# said ("oui, la douleur est partie" tells something else).
_YES_TO_ONE = re.compile(
    r"\W*(?:oui|ouais|oue)\W+(?:(?:juste|seulement|que|pour|a) )?(?:(?:la|les|des|de la) )?"
    r"(?:fievre|frissons?|douleurs?)(?: (?:seulement|uniquement|oui))?\s*"
    r"(?:$|[,;.!]|(?:mais|et|pas|non)\b)"
)
_OTHER_SIGN = re.compile(r"deuxieme|seconde?|troisieme|[23]e(?:me)?")
_LETTER = re.compile(r"\W*([on])\W*")
# "2 et merci à l'équipe": the figure answers, and more is said. "2 jours" is no answer.
_FIGURE_FIRST = re.compile(
    r"\W*([12])(?:\s*[^\w\s,.°%/]|[.,](?!\d)|\s+(?:et|non|oui|merci|rien|tout|pas|pour|comme|mais"
    r"|bon(?:ne|jour|soir)?|bisous?|ras|docteur|madame|monsieur)\b)"
)
# "2 pour la fièvre, 1 pour le mal": a figure for each sign.
_FIGURE_FOR = re.compile(r"\b([12])\s*(?:pour|a|au|aux)\b")


def is_asked(tracker: Any) -> bool:
    """Return whether the question about the signs awaits its answer. `tracker`: Rasa's, or None."""
    return tracker is not None and tracker.active_loop_name == _FORM


def offered(tracker: Any) -> list[str]:
    """Return the payloads that can be chosen, in the order of their numbers.

    Those of the open question; else of the buttons of the last turn; with none, and the question
    answered before, its correction. `tracker`: Rasa's, or None.
    """
    if is_asked(tracker):
        return YES_OR_NO
    payloads: list[str] = []
    for event in tracker.events if tracker else ():
        if event.type_name == "user":
            payloads = []
        elif event.type_name == "bot":
            payloads += [button["payload"] for button in event.data.get("buttons") or []]
    return payloads or (_CORRECTION if tracker and tracker.get_slot(_ANSWERED) else [])


def only_asked(messages: list[Message]) -> list[Message]:
    """Return the messages of a turn; when they ask about the signs, without any other choices."""

    def asks(message: Message) -> bool:
        return [button["payload"] for button in message.get("buttons") or []] == YES_OR_NO

    if not any(map(asks, messages)):
        return messages
    return [m if asks(m) else {k: v for k, v in m.items() if k != "buttons"} for m in messages]


def read_signs(text: str, tracker: Any) -> str:
    """Return what is said to the open question by `text`, which holds no words."""
    is_check_in = is_asked(tracker) and tracker.get_slot(_CHECK_IN)
    return YES_OR_NO[1] if is_check_in and _ALL_WELL.fullmatch(text) else text


def chosen(text: str, tracker: Any) -> str | None:
    """Return the payload that `text` chooses, None when none. `tracker`: see `offered`."""
    folded, payloads = fold(text.strip()), offered(tracker)
    if is_asked(tracker):
        if _SOME_SIGNS.fullmatch(folded):
            return payloads[0]
        is_yes = _YES.match(folded) and signs.present(signs.read(text))
        if (is_yes or _YES_TO_ONE.match(folded)) and alarms.heard(text) not in signs.URGENT:
            return payloads[0]  # "oui douleur inhabituelle": the words of the question
        if letter := _LETTER.fullmatch(folded):
            return payloads["on".index(letter[1])]
        if {"1", "2"} <= set(_FIGURE_FOR.findall(folded)):
            return payloads[0]
        if (first := _FIGURE_FIRST.match(folded)) and "?" not in text and not alarms.heard(text):
            return payloads[int(first[1]) - 1]
    match = _CHOICE.fullmatch(folded)
    if not match:
        return None
    if is_asked(tracker) and _OTHER_SIGN.fullmatch(match[1]) and "reponse" not in folded:
        return None
    number = int(match[1]) if match[1].isdecimal() else _ORDINALS[match[1]]
    return payloads[number - 1] if 0 < number <= len(payloads) else None
