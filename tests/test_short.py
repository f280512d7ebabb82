"""An answer in short: its key words, with what must not be lost of it."""

from dataclasses import replace

import pytest

from cimento.answers.calls import check_calls
from cimento.answers.catalogue import SMS, WEB, Catalogue, Wording, load_catalogue
from cimento.answers.facts import Fact
from cimento.answers.keys import check_key, check_short

CATALOGUE = load_catalogue()
CUSTOM = {"topic": "x", "section": None, "escalation": "none"}
RESTS = "Restez ici. Ne bougez pas. Le 15 est ouvert. Merci."


def _wording(response: str, text: str = RESTS, channel: str = WEB, **others: object) -> Wording:
    one = Wording(response, channel, "", text, CUSTOM, None, (), (), "data/sheet/x.yml")
    return replace(one, **others)  # type: ignore[arg-type]


def _catalogue(*wordings: Wording) -> Catalogue:
    return Catalogue(wordings, {"service_phone": "05", "service_extension": "9"}, frozenset())


@pytest.mark.parametrize(
    ("key", "short"),
    [
        (None, "Restez ici. Le 15 est ouvert."),
        ("bougez", "Ne bougez pas. Le 15 est ouvert."),
        ("ici. Ne bougez", "Restez ici. Ne bougez pas. Le 15 est ouvert."),
    ],
)
def test_the_key_words_and_the_emergency_numbers_stay(key: str | None, short: str) -> None:
    assert _catalogue(_wording("utter_x", key=key)).in_short("x") == short


def test_an_sms_has_the_key_words_of_the_web_or_its_own() -> None:
    web = _wording("utter_x", key="bougez")
    sms = _wording("utter_x", "Restez. Ne bougez pas.", SMS)
    assert _catalogue(web, sms).in_short("x", SMS) == "Ne bougez pas."
    assert _catalogue(web, replace(sms, key="Restez")).in_short("x", SMS) == "Restez."
    other = replace(sms, text="Restez. Couché.")  # the key words of the web are not in it
    assert _catalogue(web, other).in_short("x", SMS) == "Restez."


def test_a_list_stays_with_what_opens_it_and_a_step_loses_its_mark() -> None:
    text = "Bonjour. Apportez :\n- un ;\n- deux.\n1) Restez.\n2) Partez."
    wording = _wording("utter_x", text, key="Apportez")
    assert _catalogue(wording).in_short("x") == "Apportez :\n- un ;\n- deux."
    assert _catalogue(replace(wording, key="Partez")).in_short("x") == "Partez."


def test_an_advice_to_call_at_once_is_whole_and_an_unknown_topic_refused() -> None:
    alarm = _wording("utter_x", custom={**CUSTOM, "escalation": "medecin"}, key="bougez")
    assert _catalogue(alarm).in_short("x") == RESTS
    with pytest.raises(LookupError, match="no answer on 'y'"):
        _catalogue(alarm).in_short("y")


def test_the_answers_keep_their_conditions_and_whom_to_call() -> None:
    assert "sauf" in CATALOGUE.in_short("risk_leak", SMS)
    assert "pourront partir" in CATALOGUE.in_short("refusal")
    assert "05 56 79 56 79" in CATALOGUE.in_short("contact")
    # The moment is not known: the wording under no condition answers.
    assert "Après l'acte" in CATALOGUE.in_short("eating")
    for topic in sorted(CATALOGUE.titles.keys() - {"default"}):
        for channel in (WEB, SMS):
            short = replace(
                CATALOGUE.answer(topic, channel), text=CATALOGUE.in_short(topic, channel)
            )
            assert check_calls(short) == []
            assert "{" not in short.text


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("anesthesia", "générale"), ("rest", "jusqu'au lendemain. Limitez"),
        ("other_person", "immédiatement son médecin"), ("worrying_sign", "rappel"),
        ("success_rate", "plus de 60 %"), ("risk_leak", "canal rachidien"),
        ("cost", "document joint"), ("monitoring", "environ 2 heures"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("channel", [WEB, SMS])
def test_what_an_answer_may_not_lose_stands_in_short(topic: str, words: str, channel: str) -> None:
    assert words in CATALOGUE.in_short(topic, channel).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("Restez ici. Mais bougez.", "Restez ici", "ends before 'Mais'"),
        ("Mangez. C'est possible ici.", "Mangez", 'ends before "C\'est possible"'),
        ("Restez. Appelez immédiatement votre médecin.", "Restez", "loses the doctor"),
        ("Restez ici.", "Partez", "neither the key words of the web nor its own"),
    ],
)
def test_a_short_form_that_loses_what_it_may_not_is_named(text: str, key: str, said: str) -> None:
    web, sms = _wording("utter_x", text, title="X", key=key), _wording("utter_x", text, SMS)
    catalogue = replace(_catalogue(web, sms), intents=frozenset({"x"}))
    assert [line for line in check_short(catalogue) if said in line]
    kept = replace(catalogue, wordings=(replace(web, key=text), sms))
    assert check_short(kept) == []


def test_a_short_form_without_a_fact_of_the_sheet_is_named() -> None:
    facts = [Fact("prévenez les médecins", ("prevenez les medecins", "anesthesie"))]
    text = "Prévenez les médecins, à la consultation d'anesthésie. Ne changez rien."
    web = _wording("utter_x", text, title="X", quotes=("Si besoin, prévenez les médecins.",))
    sms = replace(web, channel=SMS)
    catalogue = replace(_catalogue(web, sms), intents=frozenset({"x"}))
    assert check_short(catalogue, facts) == []
    lost = tuple(replace(wording, key="Ne changez rien") for wording in catalogue.wordings)
    found = check_short(replace(catalogue, wordings=lost), facts)
    assert [line for line in found if "no fact of its quotes whole" in line] == found != []


def test_key_words_with_another_number_than_the_first_are_named() -> None:
    wording = _wording("utter_x", "Un geste est fait : le 15. Sinon, le 3114.", key="le 3114")
    (line,) = check_key(wording)
    assert "its key words give the 3114, the 15 comes first" in line
    assert check_key(replace(wording, key="le 15")) == []


def test_key_words_that_stand_in_their_wording_on_neither_channel_are_named() -> None:
    for channel in (WEB, SMS):
        (line,) = check_key(_wording("utter_x", channel=channel, key="Partez"))
        assert "its key words are not in it: 'Partez'" in line
