"""One SMS for a turn: its alphabet, its length, its order."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cimento.answers import sheet
from cimento.answers.calls import check_calls
from cimento.answers.catalogue import LEVELS, SMS, Wording, load_catalogue
from cimento.channels.sms import texts
from cimento.channels.sms.compose import Composer
from cimento.dialogue import aftermath
from cimento.settings.paths import ROOT
from cimento.sms import gsm7
from cimento.sms.transliterate import to_gsm7
from tests.sms.server import ALARM, ANSWER, DRIVING, FEVER

NUMBER = "05 56 79 56 79"
URGENCY = "Urgence : 15, 112 ; SMS au 114 si on ne peut parler ou entendre. "
COMPOSER = Composer(load_catalogue())
compose = COMPOSER.compose


def answer(text: str, custom: dict[str, Any] = DRIVING, *titles: str) -> list[dict[str, Any]]:
    asks = titles == ("Oui", "Non")
    payloads = ["/affirm", "/deny"] if asks else ["/x"] * len(titles)
    buttons = [{"title": t, "payload": p} for t, p in zip(titles, payloads, strict=True)]
    return [{"text": text, "buttons": buttons}, {"custom": custom}]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("L’hôpital, ça va…", "L'hopital, ca va..."),
        ("« être à jeun »", '"etre à jeun"'),
        ("cœur – 38,0 °C", "coeur - 38,0 degrés"),
        ("n° 12 : ÊTRE", "no 12 : ETRE"),
        ("é è à ù ò ì ä ö ü ñ Ç € [ok]", "é è à ù ò ì ä ö ü ñ Ç € [ok]"),
        ("merci 👍🏽", "merci "),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_french_is_written_in_gsm7(text: str, written: str) -> None:
    assert to_gsm7(text) == written


@given(st.text())
def test_whatever_is_written_is_gsm7(text: str) -> None:
    assert not gsm7.foreign_characters(to_gsm7(text))


def test_the_answers_of_a_turn_make_one_sms() -> None:
    both = compose(answer(ANSWER) + answer("On vous met une perfusion."))
    assert both == to_gsm7(f"{ANSWER}\nOn vous met une perfusion.")


def test_the_alarm_comes_first_and_before_the_disclosure() -> None:
    sms = compose(answer(ANSWER) + answer(ALARM, FEVER), "Assistant automatique.")
    assert sms.splitlines() == [ALARM, "Assistant automatique.", ANSWER]
    assert compose(answer(ANSWER), "Assistant automatique.").startswith("Assistant automatique. Ne")


def test_the_disclosure_is_not_said_twice() -> None:
    greeting = "Bonjour. Je suis un assistant automatique."
    assert compose(answer(greeting), "Assistant automatique.") == greeting


def test_choices_are_numbered_through_the_turn() -> None:
    sms = compose(
        answer("Quel moment ?", DRIVING, "Avant l’acte", "Après") + answer("Ou ?", DRIVING, "Là")
    )
    assert sms.splitlines() == ["Quel moment ?", "1. Avant l'acte", "2. Après", "Ou ?", "3. Là"]


def test_what_does_not_fit_is_left_to_the_service() -> None:
    long = "Phrase de la fiche. " * 7
    sms = compose(answer(long) + answer(long) + answer(long))
    assert sms.count("Phrase") == 7
    assert NUMBER in sms
    assert gsm7.segments(sms) <= 2


@pytest.mark.parametrize(
    ("sentences", "recalled"),
    [
        (8, URGENCY + "Avez-vous fièvre, frissons ou douleur inhabituelle ?"),
        (10, URGENCY + "Et ma question d'avant ?"),
        (12, "Et ma question d'avant ?"),
    ],
)
def test_a_question_that_does_not_fit_is_recalled_with_its_choices(
    sentences: int, recalled: str
) -> None:
    long = "Phrase de la fiche. " * sentences
    sms = compose(answer(long) + answer("Avez-vous de la fièvre ? " * 6, DRIVING, "Oui", "Non"))
    assert sms.splitlines()[1:] == [recalled, "1. Oui", "2. Non"]
    assert gsm7.segments(sms) <= 2


def test_only_the_question_about_the_signs_is_recalled() -> None:
    """« 1. Conduire » under « Avez-vous de la fièvre ? » answers nothing."""
    sms = compose(answer("Phrase. " * 30) + answer("Une autre. " * 12, DRIVING, "Conduire"))
    assert "fièvre" not in sms and "Conduire" not in sms
    assert sms.endswith(f"demandez au service : {NUMBER}, poste 95599")


def test_an_alarm_is_never_cut() -> None:
    alarm = f"Appelez votre médecin. Le service : {NUMBER}. " + "x" * 200
    sms = compose(
        answer(ANSWER) + answer(alarm, FEVER) + answer("y" * 100), "Assistant automatique."
    )
    assert sms.startswith(alarm)
    assert gsm7.segments(sms) <= 2


def test_too_many_choices_lose_the_last_ones() -> None:
    sms = compose(answer("Lequel ?", DRIVING, *["Un titre assez long pour un bouton"] * 12))
    assert "1. Un titre" in sms
    assert "12. Un titre" not in sms
    assert gsm7.segments(sms) <= 2


def test_every_choice_of_an_sms_answer_fits_with_the_disclosure() -> None:
    """What an answer leaves to its choices would else be lost."""
    catalogue = load_catalogue()
    for file in {wording.file for wording in catalogue.wordings}:
        for name, variants in (
            yaml.safe_load((ROOT / file).read_text("utf-8")).get("responses") or {}
        ).items():
            for variant in variants:
                if variant.get("channel") == SMS and variant.get("buttons"):
                    titles = [button["title"] for button in variant["buttons"]]
                    said = answer(to_gsm7(catalogue.render(variant["text"])), DRIVING, *titles)
                    sms = compose(said, COMPOSER.texts["disclosure"])
                    assert sms.splitlines()[-1] == to_gsm7(f"{len(titles)}. {titles[-1]}"), name


def opens(wording: Wording) -> bool:
    """Return whether an SMS may be the first of a conversation: what answers a follow-up question,
    or follows an alarm of its own kind, comes after the one that says who speaks."""
    return not wording.facet and wording.response.split("/")[-1] not in aftermath.STATES


def test_every_first_sms_fits_with_the_disclosure() -> None:
    catalogue = load_catalogue()
    for wording in catalogue.wordings:
        if wording.channel == SMS and opens(wording):
            text = to_gsm7(catalogue.render(wording.text))
            sms = compose(answer(text), COMPOSER.texts["disclosure"])
            assert gsm7.segments(sms) <= 2, wording.response
            assert "automatique" in sms


UNSEEN, UNSEEN_SHORT = (COMPOSER.texts[f"media_unseen{end}"] for end in ("", "_short"))


def test_an_unseen_picture_may_be_an_alarm() -> None:
    """What answers its words is followed by the emergency numbers, however long it is."""
    assert COMPOSER.with_unseen(ANSWER) == [f"{ANSWER}\n{UNSEEN}"]
    for wording in load_catalogue().wordings:
        if wording.channel == SMS:
            opening = "Assistant automatique." if opens(wording) else ""
            sms = compose(answer(load_catalogue().render(wording.text)), opening)
            first, *others = COMPOSER.with_unseen(sms)
            assert first.startswith(sms)
            assert gsm7.segments(first) <= 2
            assert "112" in first or others == [UNSEEN], wording.response


def test_an_alarm_keeps_its_advice_whole_and_says_of_a_picture_what_fits() -> None:
    alarm = "Appelez le 15 ou le 112."
    assert COMPOSER.with_unseen(alarm) == [f"{alarm}\n{UNSEEN_SHORT}"]
    assert COMPOSER.with_unseen(alarm + "x" * 280) == [alarm + "x" * 280]


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=280), st.sampled_from(LEVELS), st.integers(0, 4)),
        min_size=1,
        max_size=4,
    )
)
def test_a_turn_of_answers_that_fit_fits(turn: list[tuple[str, str, int]]) -> None:
    messages = []
    for words, level, buttons in turn:
        text = to_gsm7(words)
        if gsm7.segments(f"x{text}") > 1:
            text = "court"
        messages += answer(f"x{text}", {**DRIVING, "escalation": level}, *["Titre"] * buttons)
    assert gsm7.segments(compose(messages)) <= 2


@pytest.mark.parametrize("name", texts.read_texts())
def test_the_channels_texts_rest_on_the_policy(name: str) -> None:
    text, policy = texts.read_texts()[name]["text"], sheet.read_policy(ROOT)
    known = " ".join(policy[p]["text"] for p in texts.read_texts()[name].get("policy", []))
    bare = re.sub(r"\{\w+\}", "", text)
    assert set(re.findall(r"\d+", bare)) <= set(re.findall(r"\d+", known))
    assert gsm7.segments(f"{COMPOSER.texts['disclosure']} {COMPOSER.texts[name]}") <= 2


def test_what_the_channel_says_tells_whom_to_call_as_answers_do() -> None:
    assert [line for wording in texts.wordings() for line in check_calls(wording)] == []


@pytest.mark.parametrize("name", ["wordless", "media", "media_unseen", "stopped"])
def test_what_answers_an_unread_message_begins_with_the_emergency_numbers(name: str) -> None:
    (wording,) = [w for w in texts.wordings() if w.response == f"sms.{name}"]
    assert check_calls(wording, unread=True) == []


@pytest.mark.parametrize("state", aftermath.STATES)
def test_a_reminder_comes_first_in_an_sms_of_its_own_where_there_is_no_room(state: str) -> None:
    reminder = load_catalogue().wording(f"utter_call_reminder/{state}", SMS).text
    (sms,) = COMPOSER.with_reminder(["Ne conduisez pas."], reminder)
    assert sms == f"{to_gsm7(reminder)}\nNe conduisez pas."
    long = "x" * 300
    assert COMPOSER.with_reminder([long, "y"], reminder) == [to_gsm7(reminder), long, "y"]
    assert COMPOSER.with_reminder([long], "") == [long]
