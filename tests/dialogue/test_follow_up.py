"""A follow-up question is answered on the topic of the last answer, by what the sheet says."""

import pytest

from cimento.answers.catalogue import FACETS, SMS, WEB, load_catalogue
from cimento.dialogue.follow_up import INTENTS, LONGEST_QUOTE, Asked, FollowUp, Say
from cimento.dialogue.subject import NOT_IN_SHEET, subjects_there_are
from cimento.dialogue.turns import Turn
from cimento.sms import gsm7
from cimento.sms.transliterate import to_gsm7
from tests.dialogue.said import answered, asks, bot, user

CATALOGUE = load_catalogue()
FOLLOW_UP = FollowUp(CATALOGUE)
# What can be asked further about, signs aside: their advice is said again.
SUBJECTS = [
    topic
    for topic in subjects_there_are(CATALOGUE.titles)
    if CATALOGUE.escalations[topic] == "none"
]


def answer(*turns: Turn, moment: str | None = None, channel: str = WEB) -> Say:
    present = turns[-1][0]
    intent = present["parse_data"]["intent"]["name"]
    return FOLLOW_UP.answer(Asked(intent, turns, channel, present["text"], moment))


@pytest.mark.parametrize(
    ("topic", "intent"),
    [
        ("shower", "ask_why"), ("companion", "ask_why"), ("pregnancy", "ask_whom"),
        ("driving", "ask_how_long"), ("risk_leak", "ask_how_often"), ("risk_leak", "ask_where"),
        ("monitoring", "ask_how_long"), ("rest", "ask_how_long"),
    ],
)  # fmt: skip
def test_what_the_sheet_says_of_the_last_topic_is_said(topic: str, intent: str) -> None:
    said = answer(answered(topic), asks(intent))
    assert said == Say(f"utter_{topic}/{intent.removeprefix('ask_')}")


def test_what_the_sheet_does_not_say_is_said_to_be_so_with_the_answer_in_short() -> None:
    said = answer(answered("fasting"), asks("ask_why"))
    assert said.response == "utter_follow_up/unsaid_why"
    assert said.fill["title"] == "Manger et boire avant"
    assert "jeun" in said.fill["short"]


@pytest.mark.parametrize("channel", [WEB, SMS])
@pytest.mark.parametrize("facet", FACETS)
def test_the_sheet_is_said_to_be_silent_only_where_somebody_has_read_it(
    facet: str, channel: str
) -> None:
    for topic in SUBJECTS:
        said = answer(answered(topic), asks(f"ask_{facet}"), channel=channel)
        silent = f"utter_follow_up/unsaid_{facet}", f"utter_{NOT_IN_SHEET}"
        is_unsaid = facet in CATALOGUE.answer(topic).unsaid
        assert (said.response in silent) == is_unsaid or topic == NOT_IN_SHEET, topic


def test_what_nobody_has_read_is_not_found_and_has_the_number() -> None:
    said = answer(answered("purpose"), asks("ask_prevent"))
    assert said.response == "utter_follow_up/not_found"
    for channel in (WEB, SMS):
        words = CATALOGUE.wording(said.response, channel).text
        assert "ne précise" not in words and "{service_phone}" in words


def test_what_was_not_found_and_has_no_room_is_another_case() -> None:
    said = FOLLOW_UP.filled("utter_follow_up/not_found", "pregnancy", SMS)
    assert said.response == "utter_follow_up/same" and said.fill["topic"] == "pregnancy"


def test_a_facet_of_an_answer_leaves_its_topic_the_subject() -> None:
    turn = [user("ask_how_long"), bot("utter_driving/how_long", topic="driving")]
    assert (
        answer(answered("driving"), turn, asks("ask_must")).fill.get("topic", "driving")
        == "driving"
    )


def test_thanks_and_small_talk_leave_the_subject() -> None:
    thanks, weather = [user("thanks"), bot("utter_thanks")], [user("x"), bot("utter_out_of_scope")]
    said = answer(answered("shower"), thanks, weather, asks("ask_why"))
    assert said == Say("utter_shower/why")


def test_of_two_topics_the_one_of_which_the_sheet_says_it_is_meant() -> None:
    assert answer(answered("shower", "cost"), asks("ask_why")) == Say("utter_shower/why")


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        ("ask_why", "utter_purpose"),
        ("ask_must", "utter_consent_freedom"),
        ("ask_how_serious", "utter_risks"),
        ("ask_how_long", "utter_course/how_long"),
        ("ask_whom", "utter_course/whom"),
        ("ask_when", "utter_follow_up/about_what"),
        ("ask_same", "utter_follow_up/about_what"),
    ],
)
def test_asked_of_nothing_it_is_asked_of_the_act_or_asked_back(intent: str, said: str) -> None:
    assert answer(asks(intent)).response == said


def test_what_is_not_in_the_sheet_stays_so() -> None:
    assert answer(answered("not_in_sheet"), asks("ask_why")) == Say("utter_not_in_sheet")


@pytest.mark.parametrize("intent", ["ask_why", "ask_how_serious", "ask_must", "ask_sure"])
def test_an_alarm_is_not_discussed(intent: str) -> None:
    turn = [user("fever"), bot("utter_fever", "medecin")]
    said = CATALOGUE.wording(answer(turn, asks(intent)).response)
    assert said.custom["escalation"] == "medecin"


@pytest.mark.parametrize(
    ("topic", "moment", "said"),
    [
        ("fasting", None, "utter_eat_after"),
        ("fasting", "after", "utter_eat_after"),
        ("eating", "before", "utter_fasting"),
        ("aftercare", None, "utter_prepare"),
        # Half of the sheet's instructions are for before, half for after: none is denied.
        ("shower", "after", "utter_shower"),  # it has a wording for that moment
        ("course", "after", "utter_aftercare"),
        ("risk_infection", "after", "utter_aftercare"),
        ("companion", "before", "utter_prepare"),
        ("xrays", None, "utter_default"),
    ],
)
def test_the_other_moment(topic: str, moment: str | None, said: str) -> None:
    found = answer(answered(topic), asks("ask_other_moment"), moment=moment)
    assert found.response == said


def test_during_the_act_is_a_moment_too() -> None:
    turns = [answered("fasting"), asks("ask_other_moment")]
    asked = Asked("ask_other_moment", turns, text="non, pendant")
    assert FOLLOW_UP.answer(asked) == Say("utter_course")


def test_a_question_about_the_check_in_just_asked_is_about_the_check_in() -> None:
    asked = [user("start_check_in"), bot("utter_ask_symptom__has_sign", topic="unwell")]
    assert answer(answered("driving"), asked, asks("ask_why")) == Say("utter_ask_check_in")


def test_the_source_bears_the_answer() -> None:
    for topic, words in (("eat_after", "boire"), ("risk_leak", "sauf"), ("consent_form", "accord")):
        said = answer(answered(topic), asks("ask_sure"), channel=WEB)
        assert words in said.fill["quote"]
    assert "sauf" in answer(answered("risk_leak"), asks("ask_sure"), channel=SMS).fill["quote"]


def test_who_asks_for_the_source_reads_the_sheet_word_for_word() -> None:
    said = answer(answered("driving"), asks("ask_sure"))
    assert said.response == "utter_follow_up/source"
    assert said.fill["quote"] in CATALOGUE.quotes["driving"]


def test_a_facet_in_the_same_message_is_asked_of_the_topic_before_it() -> None:
    said = FOLLOW_UP.answer(
        Asked("several_questions", [asks("several_questions")]), "ask_why", about="shower"
    )
    assert said == Say("utter_shower/why")


@pytest.mark.parametrize(
    "response", sorted(r for r in CATALOGUE.responses if r.startswith("utter_follow_up/"))
)
def test_what_is_filled_in_has_room_in_an_sms(response: str) -> None:
    room = LONGEST_QUOTE[SMS]
    for topic in SUBJECTS:
        said = FOLLOW_UP.filled(response, topic, SMS)
        quotes = [quote for quote in CATALOGUE.quotes[topic] if len(quote) <= room]
        for quote in quotes or ("",):
            text = CATALOGUE.wording(said.response, SMS).text
            text = CATALOGUE.render(text, {**said.fill, "quote": quote, "point": "…"})
            assert gsm7.segments(to_gsm7(text)) <= gsm7.MAX_SEGMENTS, (topic, text)


@pytest.mark.parametrize("channel", [WEB, SMS])
@pytest.mark.parametrize("topic", ["other_person", "negated_symptom", "instructions", "aftercare"])
def test_nothing_is_denied_before_whom_to_call(topic: str, channel: str) -> None:
    said = answer(answered(topic), asks("ask_how_serious"), channel=channel)
    assert said == Say(f"utter_{topic}")


def test_each_facet_is_an_intent_and_each_intent_is_learned() -> None:
    assert {f"ask_{facet}" for facet in FACETS} <= INTENTS <= CATALOGUE.intents


def test_every_intent_has_what_it_says() -> None:
    for intent in INTENTS - {"ask_which_point"}:
        said = answer(answered("driving"), asks(intent)).response
        assert said in CATALOGUE.responses
