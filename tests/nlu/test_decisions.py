"""What is decided on a message, and how it is learned."""

import subprocess
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest

from cimento.nlu import model_file, moments
from cimento.nlu.deciders import sign_told
from cimento.nlu.message_model import Example, MessageModel, Reading
from cimento.nlu.understanding import decide


def reading(*ranking: str, alarm: str = "", asked: tuple[str, ...] = ()) -> Reading:
    shares = [0.7, *[0.3 / len(ranking)] * (len(ranking) - 1)]
    pairs = list(zip(ranking, shares, strict=True))
    return Reading(pairs, 0.9 if alarm else 0.1, alarm or "fever", bool(alarm), list(asked))


def test_an_alarm_comes_first_and_the_question_with_it() -> None:
    decision = decide(reading("driving", "fever", alarm="fever", asked=("driving", "fever")), None)
    assert (decision.topic, decision.also) == ("fever", ["driving"])


def test_an_alarm_says_whom_to_call_by_itself() -> None:
    assert decide(reading("chills", "contact", alarm="chills", asked=("contact",)), None).also == []


def test_a_question_beside_thanks_is_answered() -> None:
    decision = decide(reading("thanks", "eat_after", asked=("thanks", "eat_after")), None)
    assert (decision.topic, decision.also) == ("eat_after", [])


@pytest.mark.parametrize(
    ("opening", "topic"), [("negated_symptom", "negated_symptom"), ("greet", "other_person")]
)
def test_who_denies_first_speaks_of_somebody_else_only_beside(opening: str, topic: str) -> None:
    one = reading("other_person", "negated_symptom", asked=("other_person",))
    assert decide(replace(one, opening=opening), None).topic == topic


def test_what_is_asked_with_a_sign_that_is_no_alarm_is_answered_after_it() -> None:
    asked = ("symptom_before", "anesthesia")
    decision = decide(reading(*asked, asked=asked), None)
    assert (decision.topic, decision.also) == ("symptom_before", ["anesthesia"])


def test_without_an_alarm_no_sign_is_answered() -> None:
    decision = decide(reading("fever", "negated_symptom", asked=("fever",)), None)
    assert decision.topic == "negated_symptom"


@pytest.mark.parametrize(
    ("emergency", "chills", "sign"),
    [(0.31, 0.4, "emergency"), (0.1, 0.6, "chills"), (0.5, 0.1, "emergency"), (0.0, 0.0, "chills")],
)
def test_the_graver_of_two_signs_is_answered_when_it_may_be_told(
    emergency: float, chills: float, sign: str
) -> None:
    likely = {"chills": chills, "emergency": emergency, "suicidal": 0.0, "fever": 0.0}
    assert sign_told(likely) == sign


def test_several_questions_are_all_answered() -> None:
    asked = ("driving", "not_in_sheet", "shower")
    read = reading("driving", "shower", "not_in_sheet", asked=asked)
    read = replace(read, places={topic: place for place, topic in enumerate(asked)})
    decision = decide(read, None)
    assert (decision.topic, decision.also) == ("several_questions", list(asked))


@pytest.mark.parametrize("second", ["thanks", "greet"])
def test_courtesy_is_no_second_question(second: str) -> None:
    decision = decide(reading("driving", second, asked=("driving", second)), None)
    assert (decision.topic, decision.also) == ("driving", [])


@pytest.mark.parametrize("second", ["anxious", "human", "bot_challenge"])
def test_a_fear_and_a_wish_for_a_person_are_answered_beside_a_question(second: str) -> None:
    decision = decide(reading("driving", second, asked=("driving", second)), None)
    assert set(decision.also) == {"driving", second}


def test_one_question_in_two_wordings_is_one() -> None:
    decision = decide(reading("fasting", "eating", asked=("fasting", "eating")), None)
    assert decision.topic == "fasting"


def test_one_clause_is_not_both_answered_and_left_out() -> None:
    both = ("monitoring", "not_in_sheet")
    assert decide(reading(*both, asked=both), None).topic == "monitoring"
    assert decide(reading(*both, asked=both[::-1]), None).topic == "not_in_sheet"
    two = replace(reading(*both, asked=both), places={"monitoring": 0, "not_in_sheet": 1})
    assert decide(two, None).also == list(both)


def test_both_moments_asked_are_both_answered() -> None:
    asked = ("prepare", "aftercare")
    for moment in (None, "before", "after"):
        assert decide(reading(*asked, asked=asked), moment).also == list(asked)


def test_the_moment_settles_what_is_eaten() -> None:
    assert decide(reading("eating", "rest", asked=("eating",)), moments.BEFORE).topic == "fasting"
    assert decide(reading("eating", "rest", asked=("eating",)), moments.AFTER).topic == "eat_after"
    assert decide(reading("eating", "rest", asked=("eating",)), None).topic == "eating"


# A small world, to learn in a second: who learned from it reads it, and the same each time.

_SAID = {
    "driving": [
        "je peux conduire quand",
        "la voiture c'est permis",
        "reprendre le volant",
        "conduire",
    ],
    "shower": [
        "la douche antiseptique",
        "douche le soir ou le matin",
        "savon de la douche",
        "douche",
    ],
    "greet": ["bonjour", "bonsoir", "salut à vous", "bonjour madame"],
}
_SIGNS = {
    "fever": ["j'ai {} depuis hier", "{} ce soir", "elle fait {} la pauvre", "toujours {} au lit"],
    "negated_symptom": ["pas de {}", "aucune {} merci", "je n'ai plus de {}", "ni {} ni rien"],
}
_OTHERS = ("chills", "unusual_pain", "emergency", "suicidal", "worrying_sign", "symptom_before",
           "other_person", "unwell", "not_in_sheet")  # fmt: skip


def small_world() -> list[Example]:
    examples = []
    for author in "abc":
        for topic, lines in _SAID.items():
            examples += [Example(f"{line} {author}", (topic,), author) for line in lines]
        for topic, frames in _SIGNS.items():
            examples += [
                Example(f"{frame.format('fièvre')} {author}", (topic,), author) for frame in frames
            ]
        examples += [
            Example(f"{name.replace('_', ' ')} {author}", (name,), author) for name in _OTHERS
        ]
        both = "je peux conduire quand ? et la douche antiseptique ?"
        examples.append(Example(f"{both} {author}", ("driving", "shower"), author))
    return examples


def learn(examples: list[Example]) -> MessageModel:
    """Learn in this process: the same as in several, and they take longer to start."""
    with joblib.parallel_backend("sequential"):
        return MessageModel(c=1.0, sharpness=4.0, random_seed=1).fit(examples)


@pytest.fixture(scope="module")
def model() -> MessageModel:
    return learn(small_world())


def test_what_was_learned_is_read(model: MessageModel) -> None:
    assert model.read("quand conduire la voiture ?").ranking[0][0] == "driving"
    there, absent = model.read("j'ai de la fièvre depuis hier"), model.read("ni fièvre ni rien")
    assert there.alarm > absent.alarm
    assert sum(share for _, share in there.ranking) == pytest.approx(1)


def test_learning_is_deterministic_whatever_the_order(model: MessageModel) -> None:
    again = learn(small_world()[::-1])
    for text in ("j'ai de la fievre et je peux conduire ?", "bonjour", "la douche, la voiture"):
        assert again.read(text) == model.read(text)


def test_the_file_of_a_model_gives_it_back(model: MessageModel, tmp_path: Path) -> None:
    model_file.save(model, tmp_path)
    back = model_file.load(tmp_path)
    for text in ("j'ai de la fièvre", "la douche ? la voiture ?", "x"):
        assert back.read(text) == model.read(text)


def test_a_model_that_holds_code_is_refused(model: MessageModel, tmp_path: Path) -> None:
    model_file.save(model, tmp_path)
    np.savez(tmp_path / "arrays.npz", weights=np.array([subprocess.Popen], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        model_file.load(tmp_path)
