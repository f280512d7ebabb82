"""STOP, START and numbered choices, as people write them."""

from types import SimpleNamespace

import pytest

from cimento.channels.sms.choices import chosen, offered
from cimento.sms.optout import read


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", "Stop.", " STOP !!! ", "« STOP »", "ARRET", "ARRÊT", "arrêt", "Arrêt.",
        "stop sms", "STOP SMS", "Stop les sms svp", "ARRÊTER", "arrêtez", "merci, stop", "STOP STOP",
        "stop merci", "STOP j'ai 39 de fièvre", "stop, j'ai de la fièvre", "Stop\nmerci pour tout",
        "stop sms j'ai mal", "ne m'envoyez plus de messages", "je veux plus recevoir de sms",
        "arrêtez de m'envoyer des messages", "arretez vos sms", "je souhaite me désinscrire",
        "s'il vous plaît stop", "arrêt sms",
    ],
)  # fmt: skip
def test_stop_is_read(text: str) -> None:
    assert read(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "quand arrêter l'aspirine ?", "arrêt cardiaque", "stop aux anticoagulants quand ?",
        "je dois arrêter le kardegic ?", "arret de travail combien de jours", "STOPPER LE SPORT ?",
        "je ne peux plus m'arrêter de trembler", "non-stop depuis hier", "RAS", "1", "", "oui",
        "la douleur ne s'arrête pas", "restart", "je veux plus marcher", "reprendre le sport ?",
        "je peux reprendre la voiture ?",
    ],
)  # fmt: skip
def test_no_wish_is_read_in_other_words(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("text", ["START", "start", "Reprendre.", "REPRENDRE", "reprendre les sms"])
def test_start_is_read(text: str) -> None:
    assert read(text) == "start"


PAYLOADS = ["/affirm", "/deny", "/fever"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("1.", 1), (" 2 ", 2), ("2)", 2), ("le 1", 1), ("la 2", 2), ("réponse 2", 2),
        ("Réponse : 3", 3), ("n°3", 3), ("n° 3", 3), ("choix 1 svp", 1), ("« 1 »", 1), ("la première", 1),
        ("le deuxième", 2), ("un", 1), ("numero 2", 2), ("le numéro 2", 2), ("je choisis le 3", 3), ("01", 1),
    ],
)  # fmt: skip
def test_a_number_chooses(text: str, number: int) -> None:
    assert chosen(text, PAYLOADS) == PAYLOADS[number - 1]


@pytest.mark.parametrize(
    "text", ["4", "0", "38", "38,9", "1,5", "15", "2 jours", "1 comprimé", "", "oui", "-", "1 2"]
)
def test_other_numbers_choose_nothing(text: str) -> None:
    assert chosen(text, PAYLOADS) is None


def test_only_the_last_turn_offers() -> None:
    def bot(*payloads: str) -> SimpleNamespace:
        buttons = [{"title": p, "payload": p} for p in payloads] or None
        return SimpleNamespace(type_name="bot", data={"buttons": buttons})

    user = SimpleNamespace(type_name="user")
    assert offered([bot("/a"), user, bot(), bot("/b", "/c"), bot("/d")]) == ["/b", "/c", "/d"]
    assert offered([bot("/a"), user, bot()]) == []
    assert offered([]) == []
