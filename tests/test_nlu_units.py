"""The pieces that read a message, each alone."""

import subprocess
from pathlib import Path

import pytest
from skops.io import dump

from cimento.nlu import model_file, moments, signs, temperature
from cimento.nlu.clauses import clauses
from cimento.nlu.message_model import Example, MessageModel, Reading
from cimento.nlu.phonetic import sounds
from cimento.nlu.text import MAX_CHARACTERS, clip, fold, normalise, spell
from cimento.nlu.understanding import decide


def test_fold_removes_case_accents_and_repetitions() -> None:
    assert fold("Ça FAIT mâââl, l’œil") == "ca fait maal, l'oeil"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("jpeu conduir kan", "je peux conduir quand"), ("c koi", "c'est quoi"), ("g 39", "j'ai 39")],
)
def test_spell_writes_out_sms(written: str, meant: str) -> None:
    assert spell(written) == meant


def test_clip_keeps_both_ends() -> None:
    clipped = clip("a" * MAX_CHARACTERS + "b" * MAX_CHARACTERS)
    assert clipped[0] == "a"
    assert clipped[-1] == "b"
    assert len(clipped) <= MAX_CHARACTERS + 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("sa fé mal o do", "ça fait mal au dos"), ("simentoplasti", "cimentoplastie"), ("anestézi", "anesthésie")],
)  # fmt: skip
def test_sounds_alike(one: str, other: str) -> None:
    assert sounds(one).split()[-1] == sounds(other).split()[-1]


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("39", 39.0), ("38,7", 38.7), ("37.2 ce matin", 37.2), ("elle a 38 5", 38.5), ("39°2", 39.2),
        ("trente-neuf deux", 39.2), ("trente-huit et demi", 38.5), ("38 et demi", 38.5),
        ("j'ai 40 de fièvre", 40.0), ("température à 38", 38.0), ("trente sept trois", 37.3),
    ],
)  # fmt: skip
def test_a_temperature_is_read(text: str, celsius: float) -> None:
    assert [reading.celsius for reading in temperature.readings(spell(text))] == [celsius]


@pytest.mark.parametrize(
    "text",
    ["elle a 72 ans", "39 euros de taxi", "chambre 39", "38 rue des Faures", "je pèse 40 kilos",
     "bus 39", "le 38 mars", "39,90 de dépassement", "à 38 km", "il y a 40 ans", "je chausse du 39"],
)  # fmt: skip
def test_another_number_is_no_temperature(text: str) -> None:
    assert temperature.readings(spell(text)) == []


def test_fever_starts_at_the_policy_threshold() -> None:
    assert temperature.readings("38,0")[0].is_fever
    assert not temperature.readings("37,9")[0].is_fever


@pytest.mark.parametrize(
    ("text", "present", "denied"),
    [
        ("ni fièvre ni frissons", [], ["fever", "chills"]),
        ("pas de frissons par contre 38,9", ["fever"], ["chills"]),
        ("aucun essoufflement", [], ["emergency"]),
        ("g pas dit ke javais de la fievre", [], ["fever"]),
        ("on ne peut pas dire que je n'ai pas de fièvre", ["fever"], []),
        ("la fièvre est tombée", [], ["fever"]),
        ("et si j'ai de la fièvre ?", ["fever"], []),
        ("je n'arrive plus à respirer", ["emergency"], []),
        ("ça me fait froid dans le dos d'y penser", [], []),
        ("pas de fièvre mais je claque des dents", ["chills"], ["fever"]),
    ],
)
def test_signs_and_their_denials(text: str, present: list[str], denied: list[str]) -> None:
    mentions = signs.read(text)
    assert signs.present(mentions) == present
    assert signs.denied(mentions) == denied


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("je passe demain matin", "before"), ("avant l'opération", "before"), ("la veille", "before"),
        ("je suis rentré hier", "after"), ("opérée ce matin", "after"), ("depuis l'intervention", "after"),
        ("une fois à la maison", "after"), ("je peux manger ?", None), ("bonjour", None),
    ],
)  # fmt: skip
def test_moments(text: str, moment: str | None) -> None:
    assert moments.read(text) == moment


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("je sai\u200bgne", "je saigne"), ("fi\u00adèvre", "fièvre"), ("j\u2019ai\u00a039", "j'ai 39"),
        ("\ufb01èvre", "fièvre"), ("a\ud800b", "a b"), ("\u202eabc", "abc"), ("３８,５", "38,5"),
    ],
)  # fmt: skip
def test_a_message_is_read_as_its_reader_sees_it(text: str, seen: str) -> None:
    assert normalise(text) == seen


def test_clauses_are_what_may_be_said_or_asked_apart() -> None:
    found = clauses("je conduis quand ? et la douche, c'est le soir ou le matin ?")
    assert found == ["je conduis quand ?", "et la douche", "c'est le soir ou le matin ?"]
    assert clauses("bonjour") == []
    assert len(clauses("une question ? " * 200)) == 14


def reading(*ranking: str, alarm: str = "", asked: tuple[str, ...] = ()) -> Reading:
    shares = [0.7, *[0.3 / len(ranking)] * (len(ranking) - 1)]
    pairs = list(zip(ranking, shares, strict=True))
    return Reading(pairs, 0.9 if alarm else 0.1, alarm or "fever", bool(alarm), list(asked))


def test_an_alarm_comes_first_and_the_question_with_it() -> None:
    decision = decide(reading("driving", "fever", alarm="fever", asked=("driving", "fever")), None)
    assert (decision.topic, decision.also) == ("fever", ["driving"])


def test_an_alarm_says_whom_to_call_by_itself() -> None:
    assert decide(reading("chills", "contact", alarm="chills", asked=("contact",)), None).also == []


def test_without_an_alarm_no_sign_is_answered() -> None:
    decision = decide(reading("fever", "negated_symptom", asked=("fever",)), None)
    assert decision.topic == "negated_symptom"


def test_several_questions_are_all_answered() -> None:
    asked = ("driving", "not_in_sheet", "shower")
    decision = decide(reading("driving", "shower", "not_in_sheet", asked=asked), None)
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


@pytest.fixture(scope="module")
def model() -> MessageModel:
    return MessageModel(c=1.0, sharpness=4.0, random_seed=1).fit(small_world())


def test_what_was_learned_is_read(model: MessageModel) -> None:
    assert model.read("quand conduire la voiture ?").ranking[0][0] == "driving"
    there, absent = model.read("j'ai de la fièvre depuis hier"), model.read("ni fièvre ni rien")
    assert there.alarm > absent.alarm
    assert sum(share for _, share in there.ranking) == pytest.approx(1)


def test_learning_is_deterministic_whatever_the_order(model: MessageModel) -> None:
    again = MessageModel(c=1.0, sharpness=4.0, random_seed=1).fit(small_world()[::-1])
    for text in ("j'ai de la fievre et je peux conduire ?", "bonjour", "la douche, la voiture"):
        assert again.read(text) == model.read(text)


def test_the_file_of_a_model_gives_it_back(model: MessageModel, tmp_path: Path) -> None:
    model_file.save(model, tmp_path)
    back = model_file.load(tmp_path)
    for text in ("j'ai de la fièvre", "la douche ? la voiture ?", "x"):
        assert back.read(text) == model.read(text)


def test_a_model_that_names_other_code_is_refused(tmp_path: Path) -> None:
    dump({"of_alarm": subprocess.Popen}, tmp_path / "trees.skops")
    with pytest.raises(model_file.ModelFileError, match="subprocess"):
        model_file.load(tmp_path)
