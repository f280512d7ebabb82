"""What the engine's codes are called on the pages. tests/team see that none is left out."""

from dataclasses import dataclass

from cimento.followup.alerts import AlertView
from cimento.followup.models import AlertKind, Closing, State
from cimento.followup.outcome import Outcome

OUTCOMES = {
    Closing.REACHED: "Joint",
    Closing.MESSAGE_LEFT: "Message laissé",
    Closing.TO_PHYSICIAN: "Adressé au médecin",
    Closing.TO_EMERGENCY: "Adressé au 15",
    Closing.FALSE_ALARM: "Fausse alerte",
    Closing.OTHER: "Autre",
}
STATES = {
    State.PENDING: "prévu",
    State.CLAIMED: "en cours d'envoi",
    State.SENT: "envoyé",
    State.DELIVERED: "reçu par le téléphone",
    State.FAILED: "non remis",
    State.DROPPED: "non envoyé",
    State.UNKNOWN: "peut-être envoyé",
    State.OPTED_OUT: "non envoyé : STOP",
}
ANSWERS = {
    Outcome.NO_SIGN: "pas de signe",
    Outcome.SIGN: "un signe",
    Outcome.UNRESOLVED: "réponse pas comprise",
    Outcome.WRONG_PERSON: "ce n'est pas la bonne personne",
    Outcome.QUESTION: "une question, pas encore de réponse",
    Outcome.STOP: "STOP",
}
REASONS = {
    "too late": "trop tard pour être utile",
    "number unreachable": "numéro injoignable",
    "wrong number": "ce n'est pas le bon numéro",
    "answered": "le patient a répondu",
    "the team is told": "l'équipe est prévenue",
    "cancelled": "suivi arrêté",
    "paused": "suivi en pause",
    "moved": "la date a changé",
    "reported as failed": "l'opérateur ne l'a pas remis",
}
# Why somebody pauses or stops a follow-up: what the trail keeps, and what it is called.
WHY = {
    "wish": "À la demande du patient",
    "hospital": "Réhospitalisé",
    "mistake": "Erreur d'inscription",
    "death": "Décès",
    "other": "Autre",
}
# Why a patient says that an answer did not help.
NOT_HELPED = {
    "off": "ce n'était pas la question",
    "hard": "trop difficile",
    "partial": "pas complet",
    "other": "autre chose",
}
# What is wrong with the alerting itself, in red on every page.
TROUBLES = {
    "worker": "Le suivi est arrêté : ni SMS, ni e-mail, ni appel d'astreinte ne part. "
    "Regardez « À faire » vous-même, et prévenez l'informatique.",
    "nobody": "Une alerte attend, et personne n'est d'astreinte : personne n'est appelé.",
    "failed": "Une alerte attend, et le dernier appel d'astreinte n'est pas arrivé.",
    "late": "Une alerte attend, et un appel d'astreinte ne part pas. Prévenez l'informatique.",
}
# What the audit trail's actions are called.
ACTIONS = {
    "log in": "s'est connecté",
    "log out": "s'est déconnecté",
    "locked": "compte fermé après des erreurs",
    "account": "compte créé ou changé",
    "account removed": "compte retiré",
    "read": "a lu",
    "acknowledge": "a acquitté",
    "taken": "s'occupe de",
    "handed_over": "a passé la main",
    "closed": "a clos",
    "reopened": "a rouvert",
    "enrol": "a inscrit",
    "correct": "a corrigé l'inscription",
    "import": "a inscrit un fichier",
    "pause": "a mis en pause",
    "resume": "a repris",
    "move": "a changé les dates",
    "cancel": "a arrêté",
    "renumber": "a changé le numéro",
    "export": "a exporté",
    "erase": "a effacé",
    "erase even open": "a effacé avec des alertes ouvertes",
}
ADVICE = {
    "urgence": "L'assistant lui a donné les numéros d'urgence.",
    "medecin": "L'assistant lui a dit d'appeler immédiatement son médecin.",
    "equipe": "L'assistant lui a dit de contacter l'équipe.",
    "none": "",
}
GRAVE = {"urgence": 3, "medecin": 2, "equipe": 1, "none": 0}


@dataclass(frozen=True)
class Told:
    """What an alert is called, and what it asks of who reads it."""

    title: str
    todo: str


_ALARMS = {
    "urgence": Told("Alarme : urgence", "Appelez tout de suite."),
    "medecin": Told("Alarme : médecin à appeler", "Appelez tout de suite."),
    "equipe": Told("Alarme : équipe à contacter", "Appelez aujourd'hui."),
}
KINDS = {
    AlertKind.ALARM: Told("Alarme", "Appelez tout de suite."),
    AlertKind.HUMAN: Told("Demande à parler à quelqu'un", "Appelez."),
    AlertKind.SILENCE: Told(
        "Pas de réponse", "Ni à la question ni au rappel. Appelez pour prendre des nouvelles."
    ),
    AlertKind.UNDELIVERABLE: Told("SMS non remis", "Vérifiez le numéro."),
    AlertKind.UNKNOWN: Told(
        "SMS peut-être pas parti", "Personne ne peut le savoir : appelez le patient."
    ),
    AlertKind.UNRESOLVED: Told(
        "Réponses pas comprises", "Deux réponses que l'assistant n'a pas comprises : lisez-les."
    ),
    AlertKind.WRONG_PERSON: Told(
        "Mauvais numéro", "Ce n'est pas le téléphone du patient : cherchez le bon numéro."
    ),
    AlertKind.STOP: Told("Ne veut plus de SMS", "Le suivi par SMS est fini pour cette personne."),
}


def told(alert: AlertView) -> Told:
    """Return what an alert is called, and asks."""
    return _told(alert.kind, alert.level)


def title(kind: str, level: str) -> str:
    """Return what alerts are called: by their kind, alarms by their level too."""
    return _told(kind, level).title


def _told(kind: str, level: str) -> Told:
    if kind == AlertKind.ALARM and level in _ALARMS:
        return _ALARMS[level]
    return KINDS[AlertKind(kind)]


def reason(code: str | None) -> str:
    """Return why an SMS did not leave or arrive, of what the engine keeps; a provider's own
    words, in English mostly, become "refusé par l'opérateur"."""
    return REASONS.get(code, "refusé par l'opérateur") if code else ""


def is_urgent(alert: AlertView) -> bool:
    """Return whether somebody should call at once."""
    return GRAVE.get(alert.level, 0) >= GRAVE["medecin"]
