"""The pieces that read a message, each alone."""

import pytest

from cimento.nlu import moments, signs, temperature, understanding
from cimento.nlu.clauses import halves
from cimento.nlu.phonetic import sounds
from cimento.nlu.text import MAX_CHARACTERS, clip, fold, spell
from cimento.nlu.topic_model import TopicModel


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


def test_halves_cut_where_a_question_may_start() -> None:
    assert ("je conduis quand", "faut rester couché") in halves(
        "je conduis quand et faut rester couché"
    )
    assert halves("bonjour") == []


def _ranking(*topics: str) -> understanding.Ranking:
    weights = {0: 0.7, 1: 0.2, 2: 0.1}
    return [(topic, weights[i]) for i, topic in enumerate(topics)]


def test_a_sign_outranks_the_classifier() -> None:
    ranking = _ranking("driving", "rest", "fever")
    decision = understanding.decide(ranking, [], [signs.Mention("fever", False)], None)
    assert decision.topic == "fever"
    assert decision.also == ["driving"]


def test_a_denied_sign_takes_the_classifiers_alarm_away() -> None:
    ranking = _ranking("fever", "negated_symptom", "rest")
    decision = understanding.decide(ranking, [], [signs.Mention("fever", True)], None)
    assert decision.topic == "negated_symptom"


def test_the_gravest_sign_is_answered() -> None:
    mentions = [signs.Mention("chills", False), signs.Mention("emergency", False)]
    assert (
        understanding.decide(_ranking("chills", "fever", "rest"), [], mentions, None).topic
        == "emergency"
    )


def test_the_topic_model_learns_and_ranks_deterministically() -> None:
    texts = [
        "je peux conduire",
        "la voiture quand",
        "conduire après",
        "manger avant",
        "boire avant",
        "à jeun ?",
    ]
    texts += ["bonjour", "bonsoir", "salut"]
    topics = ["driving"] * 3 + ["fasting"] * 3 + ["greet"] * 3
    ranks = [
        TopicModel(1.0, 4.0, 1).fit(texts, topics).rank(["conduire la voiture"]) for _ in range(2)
    ]
    assert ranks[0] == ranks[1]
    assert ranks[0][0][0][0] == "driving"
    assert sum(confidence for _, confidence in ranks[0][0]) == pytest.approx(1)
    assert TopicModel(1.0, 4.0, 1).rank([]) == []
