"""What the sheet does not say is known by its theme; counts are kept, words are not."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from cimento.answers import unanswered
from cimento.answers.catalogue import WEB, Catalogue, load_catalogue
from cimento.answers.unanswered import NOT_UNDERSTOOD, OTHER, Unanswered, theme_of

TUESDAY = date(2027, 3, 9)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.mark.parametrize(
    ("words", "theme"),
    [
        ("Je suis caissière à Mérignac, quand pourrai-je reprendre le travail ?", "work"),
        ("mon rdv est a quelle heure jai perdu le courrier", "appointment"),
        ("je prends l'avion pour Porto 10 jours apres, pas de problème ?", "travel"),
        ("le ciment sonne au portique de l'aéroport ?", "security_gate"),
        ("metformine le matin de l intervention oui non", "diabetes"),
        ("et mes cachets pour la tension je les avale le matin du ciment ?", "other_medicines"),
        ("jpeu me baigné dans la piscine de mon fils ds 8 jours", "washing"),
        ("le pansement je l'enlève quel jour", "dressing"),
        ("est ce que jdois arreter de fumer avan", "alcohol_tobacco"),
        ("Pourra-t-on encore me faire une IRM avec ce ciment ?", "imaging_after"),
        ("ca tient combien d'années le ciment", "cement_life"),
        ("corset encore ou plus apres ?", "brace"),
        ("Y a-t-il une radio de contrôle de prévue, et dans combien de temps ?", "follow_up_visit"),
        ("on vient de Pauillac par le train, quel tram descend devant ?", "getting_there"),
        ("ya la télé dans les chambres", "room"),
        ("g un pacemaker c compatible ?", "implant"),
        ("mon dentier jle garde ou je lenleve", "personal_items"),
        ("ma mère ne parle que portugais y aura til un interprète ce jour la", "access"),
        ("c'est long, l'intervention en elle-même ?", "act_length"),
        ("la famille demande si cela vient du porc", OTHER),
        ("", OTHER),
        # The beginning of another word is none.
        ("je suis en train de lire la fiche, et le tramadol ?", OTHER),
        ("volontiers, comment ça marche, par téléphone ?", OTHER),
        ("je prends une tasse de café, j'ai vieilli, j'ai perdu ma fiche", OTHER),
    ],
)
def test_a_few_words_tell_the_theme(words: str, theme: str) -> None:
    assert theme_of(words) == theme


def test_every_theme_has_its_name_and_words_in_plain_letters() -> None:
    entries = yaml.safe_load(
        Path(unanswered.__file__).with_name("themes.yml").read_text(encoding="utf-8")
    )
    assert len({entry["theme"] for entry in entries}) == len(entries) > 30
    for entry in entries:
        assert entry["label"] and entry["words"]
        for word in entry["words"]:
            assert re.fullmatch(r"[a-z][a-z' -]*", word), word
            assert len(entry["theme"]) <= 64


def turn(*texts: str, topic: str | None, also: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    custom: dict[str, Any] = {"topic": topic, "also": [{"topic": other} for other in also]}
    return [*({"text": text} for text in texts), {"custom": custom}]


def test_a_turn_tells_what_it_left_unanswered(catalogue: Catalogue) -> None:
    reader = Unanswered(catalogue)

    def filled(response: str) -> str:
        fill = {"title": catalogue.titles["driving"], "short": "Pas 24 heures."}
        return catalogue.render(catalogue.wording(response, WEB).text, fill)

    how_long, not_found = (
        filled("utter_follow_up/unsaid_how_long"),
        filled("utter_follow_up/not_found"),
    )
    for said, expected in [
        (turn("La fiche ne le précise pas.", topic="not_in_sheet"), ["brace"]),
        (turn("Oui.", "Non.", topic="driving", also=("not_in_sheet",)), ["brace"]),
        (turn(how_long, topic="driving"), ["driving/how_long"]),
        (turn(not_found, how_long, topic="driving"), ["driving/", "driving/how_long"]),
        (turn("Je ne comprends pas.", topic="give_up"), [NOT_UNDERSTOOD]),
        (turn("Ne conduisez pas.", topic="driving"), []),
    ]:
        assert reader.themes(said, "mon corset ?") == expected
    for theme in ("brace", "driving/", "driving/how_long", NOT_UNDERSTOOD, OTHER):
        assert theme not in reader.label(theme)
    assert reader.label("driving/how_long").endswith(" : combien de temps ?")
    assert reader.label("of another release") == "of another release"


def test_each_way_to_say_that_the_sheet_does_not_is_recognised(catalogue: Catalogue) -> None:
    """Whatever its words become."""
    reader = Unanswered(catalogue)
    fill = {"title": catalogue.titles["rest"], "short": "Ceci.", "topic": "rest"}
    for wording in catalogue.wordings:
        name = wording.response.removeprefix("utter_follow_up/unsaid_")
        if name != wording.response and wording.channel == WEB:
            said = turn(catalogue.render(wording.text, fill), topic="rest")
            assert reader.themes(said, "") == [f"rest/{name}"]
