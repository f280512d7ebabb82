"""STOP, START and numbered choices, as people write them."""

from types import SimpleNamespace

import pytest

from cimento.channels.sms.choices import chosen, offered, only_asked, read_signs
from cimento.sms.optout import read
from tests.sms.server import tracker


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


def bot(*payloads: str) -> SimpleNamespace:
    buttons = [{"title": p, "payload": p} for p in payloads] or None
    return SimpleNamespace(type_name="bot", data={"buttons": buttons})


USER = SimpleNamespace(type_name="user")
PAYLOADS = ["/driving", "/rest", "/shower"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("1.", 1), (" 2 ", 2), ("2)", 2), ("le 1", 1), ("la 2", 2), ("réponse 2", 2),
        ("Réponse : 3", 3), ("n°3", 3), ("n° 3", 3), ("choix 1 svp", 1), ("« 1 »", 1), ("la première", 1),
        ("le deuxième", 2), ("un", 1), ("numero 2", 2), ("le numéro 2", 2), ("je choisis le 3", 3), ("01", 1),
    ],
)  # fmt: skip
def test_a_number_chooses(text: str, number: int) -> None:
    assert chosen(text, tracker([USER, bot(*PAYLOADS)])) == PAYLOADS[number - 1]


@pytest.mark.parametrize(
    "text", ["4", "0", "38", "38,9", "1,5", "15", "2 jours", "1 comprimé", "", "oui", "-", "1 2"]
)
def test_other_numbers_choose_nothing(text: str) -> None:
    assert chosen(text, tracker([USER, bot(*PAYLOADS)])) is None


def test_only_the_last_turn_offers() -> None:
    menu = [bot("/a"), USER, bot(), bot("/b", "/c"), bot("/d")]
    assert offered(tracker(menu)) == ["/b", "/c", "/d"]
    assert offered(tracker([bot("/a"), USER, bot()])) == []
    assert offered(None) == []


def test_the_digits_of_the_open_question_are_its_own() -> None:
    menu = [USER, bot("/risk_leak", "/shower"), bot("/affirm", "/deny")]
    assert offered(tracker(menu, "symptom_form")) == ["/affirm", "/deny"]
    assert offered(tracker(menu)) == ["/risk_leak", "/shower", "/affirm", "/deny"]


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("1", "/affirm"), ("2.", "/deny"), ("le 2", "/deny"), ("réponse deux", "/deny"), ("3", None),
        ("tous les trois", "/affirm"), ("Les 2", "/affirm"), ("les 2 premiers", "/affirm"),
        ("oui, les deux dernières", "/affirm"), ("toutes les trois", "/affirm"), ("le premier", "/affirm"),
        ("O", "/affirm"), ("n.", "/deny"), ("le deuxième", None), ("la seconde", None), ("deux", "/deny"), ("2e", None),
        ("non aux trois", None), ("aucun des trois", None), ("38", None),
        ("Oui douleur inhabituelle", "/affirm"), ("oui, frissons", "/affirm"),
        ("oui tout va bien, pas de fièvre", None), ("oui merci", None),
        ("oui pour les frissons, non pour les autres", "/affirm"), ("oui la fièvre seulement", "/affirm"),
        ("oui la douleur a disparu", None), ("oui 40, et je ne respire plus", None),
        ("la deuxième réponse", "/deny"), ("je vous réponds 1", "/affirm"), ("Je mets le deux", "/deny"),
        ("2 pour le froid, 1 pour le dos", "/affirm"), ("1 a la douleur et 2 aux frissons", "/affirm"),
        ("2, la nuit fut calme", "/deny"), ("2 et vive la retraite", "/deny"), ("1 🤕", "/affirm"),
        ("2 - le facteur est passé", "/deny"), ("2 jours", None), ("2,5", None), ("1/2 cachet", None),
        ("2. je peux marcher ?", None), ("2 mais je tremble de fièvre", None),
    ],
)  # fmt: skip
def test_an_answer_to_the_open_question(text: str, payload: str | None) -> None:
    assert chosen(text, tracker([], "symptom_form")) == payload


def test_the_digits_of_the_answered_question_correct_it_until_others_are_offered() -> None:
    assert offered(tracker([USER, bot()], symptom__answered=True)) == [
        "/correct_yes",
        "/correct_no",
    ]
    assert offered(tracker([USER, bot("/a")], symptom__answered=True)) == ["/a"]


def test_an_open_question_is_the_only_choice_of_its_turn() -> None:
    def said(text: str, *payloads: str) -> dict[str, object]:
        return {"text": text, "buttons": [{"title": p, "payload": p} for p in payloads]}

    menu, question = said("Lequel ?", "/a", "/b"), said("Des signes ?", "/affirm", "/deny")
    assert only_asked([menu]) == [menu]
    assert only_asked([menu, question]) == [{"text": "Lequel ?"}, question]


@pytest.mark.parametrize("text", ["👍", "👍🏽", "👍 👍🏿", "👌"])
def test_a_thumb_up_answers_a_check_in_alone(text: str) -> None:
    assert read_signs(text, tracker([], "symptom_form", check_in=True)) == "/deny"
    # "Avez-vous de la fièvre… ?" "👍" of somebody who complained may be a yes.
    assert read_signs(text, tracker([], "symptom_form", check_in=False)) == text


@pytest.mark.parametrize("text", ["👎", "🤒", "👍🤒", "🥶", "?!"])
def test_other_signs_answer_nothing(text: str) -> None:
    assert read_signs(text, tracker([], "symptom_form", check_in=True)) == text
