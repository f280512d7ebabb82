"""Whom a wording tells to call, in which order: the emergency comes first.

A message that was not read may be an alarm, and so may the one that a form has just been
answered with: what is said then begins with the emergency numbers.
"""

import re

from cimento.answers.catalogue import AT_ONCE, Wording
from cimento.nlu.text import fold

# What is said without knowing what was meant, or before it is known.
UNREAD = frozenset(
    {
        "utter_help/give_up",
        "utter_help/offer_topics",
        "utter_help/unavailable",
        "utter_follow_up/unsure",
        "utter_follow_up/about_what",
        "utter_follow_up/same",
        "utter_affirm",
        "utter_unsure",
        "utter_deny",
        "utter_insult",
        "utter_bot_challenge",
        "utter_human",
        "utter_out_of_scope",
        "utter_correct_no",
        "utter_ask_check_in",
        "utter_ask_symptom__has_sign",
        "utter_symptom_denied",
        "utter_symptom_before",
        "utter_other_person",
        "utter_worrying_sign",
    }
)

_TELLS = re.compile(r"\bappel(?:ez|er)\b|\bcomposez\b|\b(?:15|112|114|3114)\b")
_BY_SMS = re.compile(r"\b114\b[^.]*parler ou entendre|parler ou entendre[^.]*\b114\b")
_DOCTOR_ABSENT = ("nuit", "week-end", "repondeur")
_DENIES = re.compile(r"la fiche ne (?:parle pas|precise pas ce)\b")
_DOCTOR = re.compile(r"immediatement (?:votre|son) medecin")
_NO_ANSWER = re.compile(r"medecin ne repond|(?:sans|pas de) reponse|absent|sans medecin|nuit")
_ABROAD = re.compile(r"a l'etranger|hors de france")
_SERVICE = "{service_phone}"


def _position(text: str, pattern: str) -> int:
    """Return where `pattern` first stands in `text`, its length when it does not."""
    found = re.search(pattern, text)
    return found.start() if found else len(text)


def check_calls(wording: Wording, unread: bool = False) -> list[str]:
    """Return what is wrong with whom a wording tells to call, one line each.

    `unread`: it must begin with the emergency numbers, whatever its name (see UNREAD).
    """
    where = f"{wording.file}, {wording.response} ({wording.channel})"
    text, level = fold(wording.text), wording.custom.get("escalation")
    unread = unread or wording.response in UNREAD
    if not (unread or level in AT_ONCE or _TELLS.search(text)):
        return []  # it may give the service's number, to ask at
    rescue, europe = _position(text, r"\b15\b"), _position(text, r"\b112\b")
    by_sms, service = _BY_SMS.search(text), _position(text, re.escape(_SERVICE))
    found = []
    if max(rescue, europe) == len(text):
        found.append("tells to call, and does not name the 15 and the 112")
    if by_sms is None:
        found.append("does not give the 114 with its condition (parler ou entendre)")
    if rescue > europe or (by_sms and europe > _position(text, r"\b114\b")):
        found.append("the order is 15, 112, 114")
    if level == "medecin":
        doctor = _position(text, r"appelez immediatement votre medecin")
        if doctor > rescue:
            found.append("the doctor comes first, at once")
        missing = [word for word in _DOCTOR_ABSENT if word not in text]
        if missing:
            found.append(f"does not say what to do when no doctor answers: {', '.join(missing)}")
        if "urgence" not in text:
            found.append("gives the 15 only when no doctor answers: an emergency may be by day")
    if level == "urgence":
        if _position(text, r"\b3114\b") < rescue:
            found.append("the 15 comes before the 3114")
        if not _ABROAD.search(text):
            found.append("does not say which number works abroad")
    if _DOCTOR.search(text) and not _NO_ANSWER.search(text):
        found.append("tells to call the doctor, not what to do when none answers")
    if unread and _DENIES.search(text):
        found.append("was not read: it does not assert what the sheet leaves out")
    if unread and rescue > _position(text, r"medecin|immediatement|" + re.escape(_SERVICE)):
        found.append("may answer an alarm: the 15 comes first")
    if service < rescue < len(text):
        found.append("the service comes after the emergency numbers")
    return [f"{where}: {line}" for line in found]
