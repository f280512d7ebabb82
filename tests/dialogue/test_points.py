"""Questions and points are remembered in their order."""

import pytest

from cimento.answers.catalogue import load_catalogue
from cimento.dialogue import points
from cimento.dialogue.follow_up import Asked, FollowUp, Say
from cimento.dialogue.turns import Turn
from tests.dialogue.said import answered, asks, bot, user

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("et la troisième chose, alors ?", 3),
        ("le premier point svp", 1),
        ("la 2eme question", 2),
        ("ma seconde question", 2),
        ("reprenez la 3", 3),
        ("et pour une troisieme fois ?", 3),
        ("la dernière ?", -1),
        ("le 1er", 1),
        ("la question c", 3),
        ("reprenez le B)", 2),
        ("la d'anesthésie", None),
        ("et alors ?", None),
    ],
)
def test_a_place_is_read(text: str, place: int | None) -> None:
    assert points.place(text) == place


def answer(text: str, *turns: Turn) -> Say:
    present = asks("ask_which_point", text)
    return FollowUp(CATALOGUE).answer(Asked("ask_which_point", [*turns, present], text=text))


def said(text: str, *turns: Turn) -> str:
    return answer(text, *turns).response


def test_the_questions_of_one_message_are_remembered() -> None:
    three = answered("fasting", "companion", "cost")
    assert said("et la troisième chose ?", three) == "utter_cost"
    assert said("la dernière", three, answered("fasting")) == "utter_cost"
    assert (
        said("le premier point ?", three, [user("thanks"), bot("utter_thanks")]) == "utter_fasting"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("et la première, c'est pour quelle raison", "utter_shower/why"),
        ("le 2, pourquoi ?", "utter_companion/why"),
        ("pour une raison précise ?", "utter_companion/why"),  # of the three, the last that says it
        ("les deux, pourquoi ?", "utter_companion/why"),
    ],
)
def test_something_may_be_asked_of_the_one_pointed_at(text: str, said: str) -> None:
    three = answered("shower", "companion", "cost")
    turns = [three, asks("ask_why", text)]
    assert FollowUp(CATALOGUE).answer(Asked("ask_why", turns, text=text)).response == said


def test_what_was_offered_is_remembered() -> None:
    offer = [user("nlu_fallback"), bot("utter_help/offer_topics", choices=("rest", "sport"))]
    assert said("la deuxième", offer) == "utter_sport"


def test_the_items_of_a_list_are_remembered() -> None:
    text = CATALOGUE.wording("utter_documents").text
    turn = [user("documents"), bot("utter_documents", text=text)]
    found = answer("et le premier ?", turn)
    assert found.response == "utter_follow_up/point"
    # With what opens the list: of « Appelez immédiatement… si vous avez : » an item alone is nothing.
    opening, item, *_ = text.splitlines()
    assert found.fill["point"] == f"{opening} {item.removeprefix('- ')}".rstrip(" ;.\u00a0")


@pytest.mark.parametrize("text", ["et le sixième ?", "et alors ?"])
def test_a_point_that_there_is_not_is_asked_back(text: str) -> None:
    assert said(text, answered("cost")) == "utter_follow_up/about_what"
