"""One patient's past as lines: what was sent, answered, alerted, done, in the order of time."""

from dataclasses import dataclass
from datetime import datetime

from cimento.followup.models import Care, Closing, State
from cimento.followup.outcome import Outcome
from cimento.followup.patient import File, Sent
from cimento.team import words


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `kind`: sms, answer, alert or team, for its looks."""

    at: datetime
    kind: str
    title: str
    more: str = ""


_CARE = {
    Care.TAKEN: "s'en occupe",
    Care.HANDED_OVER: "passe la main",
    Care.CLOSED: "a clos l'alerte",
    Care.REOPENED: "a rouvert l'alerte",
}
_CHANGES = {
    "pause": "a mis le suivi en pause",
    "resume": "a repris le suivi",
    "move": "a changé les dates",
    "cancel": "a arrêté le suivi",
    "renumber": "a changé le numéro",
}
_CONSENTS = {
    "given": "Accord du patient, recueilli par {}",
    "stop": "Le patient ne veut plus de SMS (STOP)",
    "start": "Le patient veut de nouveau des SMS (REPRENDRE)",
}


def of(file: File, now: datetime) -> list[Entry]:
    """Return what happened to a patient until `now`, the last first."""
    found = [entry for sms in file.sent for entry in _of_sms(sms, now)]
    for alert in file.alerts:
        quoted = f"«\u00a0{alert.words}\u00a0»" if alert.words else ""
        found.append(Entry(alert.created_at, "alert", words.told(alert).title, quoted))
        for event in file.events[alert.id]:
            title = f"{event.by} {_CARE[Care(event.event)]}"
            if event.event == Care.CLOSED and alert.outcome:
                title += f" : {words.OUTCOMES[Closing(alert.outcome)].lower()}"
            found.append(Entry(event.at, "team", title, event.note or ""))
    for change in file.changes:
        if change.action in _CHANGES:
            why = words.WHY.get(change.about.partition(": ")[2], "")
            found.append(Entry(change.at, "team", f"{change.actor} {_CHANGES[change.action]}", why))
    found += [Entry(at, "team", _CONSENTS[event].format(by)) for event, by, at in file.consents]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _of_sms(sms: Sent, now: datetime) -> list[Entry]:
    if sms.is_to_come or (not sms.left and sms.at > now):
        return []
    why = words.reason(sms.reason) if sms.state in (State.FAILED, State.DROPPED) else ""
    state = words.STATES[State(sms.state)]
    entries = [Entry(sms.at, "sms", sms.title, f"{state} : {why}" if why else state)]
    if sms.answered_at:
        read = words.ANSWERS[Outcome(sms.outcome)] if sms.outcome else ""
        entries.append(Entry(sms.answered_at, "answer", "Le patient a répondu", read))
    return entries
