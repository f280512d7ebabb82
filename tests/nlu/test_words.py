"""The pieces that read the words of a message, each alone."""

import pytest

from cimento.nlu import moments, temperature
from cimento.nlu.clauses import clauses
from cimento.nlu.phonetic import sounds
from cimento.nlu.text import MAX_CHARACTERS, clip, fold, normalise, spell


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
    ("text", "moment"),
    [
        ("je passe demain matin", "before"), ("avant l'opération", "before"), ("la veille", "before"),
        ("je suis rentré hier", "after"), ("opérée ce matin", "after"), ("depuis l'intervention", "after"),
        ("une fois à la maison", "after"), ("je peux manger ?", None), ("bonjour", None),
        ("je ne dis pas avant, mais après", "after"), ("je parle d'avant, pas d'après", "before"),
        ("et celle d'avant, alors ?", "before"), ("sorti ce midi", "after"),
        ("ce n'est pas avant jeudi", None),
    ],
)  # fmt: skip
def test_moments(text: str, moment: str | None) -> None:
    assert moments.read(text) == moment


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("opéré il y a trois jours", True), ("j+3 de ma cimento", True), ("opéré hier", False),
        ("j'ai mal depuis trois jours", False), ("je passe dans trois jours", False),
    ],
)  # fmt: skip
def test_the_first_day_is_over_two_days_after_the_act(text: str, over: bool) -> None:
    assert moments.is_first_day_over(text, moments.read(text)) is over


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
    listed = clauses("après le ciment : 1 la voiture 2 les repas 3 le bricolage")
    assert listed[-3:] == ["la voiture", "les repas", "le bricolage"]
    assert len(clauses("une question ? " * 200)) == 14


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("mais non, après, je vous dis", "after"), ("avant que je demandais", "before"),
        ("pas avant je parlais d'après moi", "after"), ("non je parle de mon retour", "after"),
        ("je suis déjà opéré hier", "after"), ("pas celui-là", None), ("pas avant", "after"),
    ],
)  # fmt: skip
def test_the_moment_that_a_correction_names(text: str, moment: str | None) -> None:
    assert moments.corrected_to(text) == moment
