"""How easy the wordings are: the bars hold, and what is under them is named."""

from dataclasses import replace

import pytest

from cimento.answers.catalogue import SMS, WEB, Wording, load_catalogue
from cimento.answers.readability import EASY_BAR, STANDARD_BAR, hard_to_read, read, report
from cimento.followup.protocol import read_protocol

HARD = (
    "Préalablement à la réalisation de l'intervention interventionnelle, l'administration "
    "d'anticoagulants nécessite impérativement une consultation d'anesthésie spécialisée."
)


def _wording(text: str, response: str = "utter_x") -> Wording:
    return Wording(response, WEB, "", text, {}, None, (), (), "x.yml")


def test_every_wording_meets_its_bar() -> None:
    assert hard_to_read(load_catalogue().wordings) == []


def test_the_sms_of_a_follow_up_are_plain() -> None:
    for wording in read_protocol().wordings():
        assert read(wording).score >= STANDARD_BAR, wording.response


def test_every_answer_of_the_sheet_can_be_had_in_easy_words() -> None:
    """It is easy, or is said again in an easy wording, on the web and by SMS."""
    wordings = [w for w in load_catalogue().wordings if w.custom["section"]]
    for channel in (WEB, SMS):
        easy = {w.standard for w in wordings if w.channel == channel and read(w).is_easy}
        assert {w.standard for w in wordings} == easy


def test_a_hard_wording_is_named_with_its_figures() -> None:
    (line,) = hard_to_read([_wording(HARD)])
    assert "x.yml, utter_x (web)" in line and f"at least {EASY_BAR}" in line
    # Said again in easy words it may be harder, but not as hard as that.
    easy = _wording("Vous voyez un médecin avant.", "utter_x/easy")
    (line,) = hard_to_read([_wording(HARD), easy])
    assert "at least 60" in line
    assert hard_to_read([_wording("Vous voyez un médecin avant.")]) == []


def test_an_easy_wording_of_long_sentences_is_refused() -> None:
    long = "Le jour de l'acte on met un drap et puis on pose un pansement."
    (line,) = hard_to_read([_wording(long, "utter_x/easy")])
    assert "14 words in a sentence, at most 12" in line


@pytest.mark.parametrize(
    ("text", "longest"),
    [
        ("Apportez :\n- vos examens ;\n- la liste écrite.", 3),
        ("1) Un lit.\n2) Une salle.", 2),
        ("Le service : {service_phone}, poste {service_extension}.", 2),
        ("Dans 90 % des cas, c'est mieux : 38,0 °C ou plus.", 6),
    ],
)
def test_items_steps_and_clauses_are_sentences(text: str, longest: int) -> None:
    assert read(_wording(text)).longest == longest


def test_the_report_has_the_hardest_first() -> None:
    easy = replace(_wording("On dort ici."), response="utter_y")
    lines = report([easy, _wording(HARD)]).splitlines()
    assert "utter_x" in lines[1] and "utter_y" in lines[2]
