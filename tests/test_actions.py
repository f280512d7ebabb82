"""The custom actions, each run on a tracker as the action server receives it."""

from datetime import datetime, timezone
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer_each import ActionAnswerEach
from actions.escalate import ActionEscalate
from actions.follow_alarm import ActionFollowAlarm
from actions.follow_up import ActionFollowUp
from actions.forget_symptom import ActionForgetSymptom
from actions.give_contact import ActionGiveContact
from actions.offer_topics import ActionOfferTopics
from actions.out_of_scope import ActionOutOfScope
from actions.repeat_answer import ActionRepeatAnswer
from tests.dialogue.said import bot, user


async def run(
    action: Any,
    *events: dict[str, Any],
    slots: dict[str, Any] | None = None,
    form: str | None = None,
) -> tuple[list[str], dict[str, Any], list[Any]]:
    """Run `action`; return the responses said, the slots set, and the buttons."""
    latest = next(event for event in reversed(events) if event["event"] == "user")["parse_data"]
    loop = {"name": form} if form else {}
    tracker = Tracker("x", slots or {}, latest, list(events), False, None, loop, "action_listen")
    dispatcher = CollectingDispatcher()
    returned = await action.run(dispatcher, tracker, {})
    changed = {event["name"]: event["value"] for event in returned}
    said = [message["response"] for message in dispatcher.messages]
    return (
        said,
        changed,
        [message["buttons"] for message in dispatcher.messages if message["buttons"]],
    )


async def test_who_asks_for_simpler_words_gets_the_easy_wording() -> None:
    events = [user("rest"), bot("utter_rest"), user("ask_easier")]
    assert (await run(ActionRepeatAnswer(), *events))[0] == ["utter_rest/easy"]


@pytest.mark.parametrize(
    "response", ["utter_driving", "utter_rest/easy", "utter_follow_up/unsaid_why"]
)
async def test_what_is_easy_already_is_said_in_short_with_the_number(response: str) -> None:
    events = [user("x"), bot(response, topic="driving"), user("ask_easier")]
    assert (await run(ActionRepeatAnswer(), *events))[0] == ["utter_follow_up/in_short"]


async def test_the_advice_of_an_alarm_is_said_whole_to_who_asks_for_less() -> None:
    events = [user("fever"), bot("utter_fever", "medecin"), user("ask_easier")]
    assert (await run(ActionRepeatAnswer(), *events))[0] == ["utter_fever"]


async def test_what_was_filled_in_is_said_again_as_its_topic() -> None:
    events = [user("ask_why"), bot("utter_follow_up/unsaid_why", topic="driving"), user("repeat")]
    assert (await run(ActionRepeatAnswer(), *events))[0] == ["utter_driving"]


async def test_a_follow_up_question_is_answered_on_the_last_topic() -> None:
    events = [user("driving"), bot("utter_driving"), user("ask_how_long")]
    assert (await run(ActionFollowUp(), *events))[0] == ["utter_driving/how_long"]


async def test_a_follow_up_question_beside_another_is_asked_of_it() -> None:
    events = [user("several_questions", questions=["shower", "ask_why"])]
    assert (await run(ActionAnswerEach(), *events))[0] == ["utter_shower", "utter_shower/why"]


async def test_who_says_that_it_is_settled_ends_the_alarm() -> None:
    events = [user("fever"), bot("utter_fever", "medecin"), user("call_settled")]
    said, slots, _ = await run(ActionFollowAlarm(), *events)
    assert said == ["utter_call_settled"]
    assert slots == {"escalation__level": None}


async def test_who_doubts_after_an_alarm_is_told_again() -> None:
    now = datetime.now(timezone.utc).isoformat()
    slots = {"escalation__level": "medecin", "escalation__topic": "fever", "escalation__at": now}
    said, changed, _ = await run(ActionFollowAlarm(), user("call_doubt"), slots=slots)
    assert (said, changed) == (["utter_call_doubt/medecin"], {})


async def test_who_was_answered_beside_is_offered_what_else_it_may_have_meant() -> None:
    ranking = [{"name": n, "confidence": 0.1} for n in ("rest", "driving", "sport", "cost")]
    events = [user("rest", intent_ranking=ranking), bot("utter_rest"), user("not_my_question")]
    said, _, buttons = await run(ActionOfferTopics(), *events)
    assert said == ["utter_help/offer_topics"]
    assert [button["payload"] for button in buttons[0]] == ["/driving", "/sport", "/cost"]


async def test_give_contact_says_the_number() -> None:
    assert (await run(ActionGiveContact(), user("contact")))[0] == ["utter_contact"]


@pytest.mark.parametrize(
    ("topic", "level", "between", "said"),
    [
        ("suicidal", "urgence", False, "utter_suicidal"),
        ("emergency", "urgence", False, "utter_emergency"),
        ("emergency", "urgence", True, "utter_contact"),
        ("fever", "medecin", False, "utter_contact"),
    ],
)
async def test_in_answer_to_an_emergency_its_number_is_given_again(
    topic: str, level: str, between: bool, said: str
) -> None:
    events = [user(topic), bot(f"utter_{topic}", level)]
    events += [user("driving"), bot("utter_driving")] if between else []
    assert (await run(ActionGiveContact(), *events, user("contact")))[0] == [said]


async def test_escalate_records_what_was_said_without_repeating_it() -> None:
    said, slots, _ = await run(ActionEscalate(), user("fever"), bot("utter_fever", "medecin"))
    assert said == []
    assert slots["escalation__level"] == "medecin"
    assert slots["escalation__topic"] == "fever"
    assert slots["escalation__at"].endswith("+00:00")
    assert slots["symptom__answered"] is True


async def test_escalate_gives_the_advice_if_nothing_was_said() -> None:
    said, slots, _ = await run(ActionEscalate(), user("emergency"))
    assert said == ["utter_emergency"]
    assert slots["escalation__level"] == "urgence"


async def test_escalate_answers_the_question_asked_with_the_alarm() -> None:
    said, _, _ = await run(
        ActionEscalate(), user("fever", questions=["driving"]), bot("utter_fever", "medecin")
    )
    assert said == ["utter_driving"]


async def test_answer_each_answers_in_order() -> None:
    said, _, _ = await run(
        ActionAnswerEach(), user("several_questions", questions=["driving", "rest"])
    )
    assert said == ["utter_driving", "utter_rest"]


async def test_a_denial_among_questions_answers_the_form_that_asked() -> None:
    asked = user("several_questions", questions=["negated_symptom", "driving"])
    said, slots, _ = await run(ActionAnswerEach(), asked, form="symptom_form")
    assert (said, slots) == (["utter_driving"], {"symptom__has_sign": False})
    assert (await run(ActionAnswerEach(), asked))[0] == ["utter_negated_symptom", "utter_driving"]


async def test_nothing_is_escalated_when_there_was_nothing_to_correct() -> None:
    asked = user("correct_yes"), bot("utter_correct_yes")
    assert await run(ActionEscalate(), *asked) == ([], {}, [])


async def test_offer_topics_offers_the_likeliest_that_have_a_title() -> None:
    ranking = [
        {"name": n, "confidence": 0.1}
        for n in ("nlu_fallback", "rest", "greet", "sport", "driving", "cost")
    ]
    said, _, buttons = await run(ActionOfferTopics(), user("nlu_fallback", intent_ranking=ranking))
    assert said == ["utter_help/offer_topics"]
    assert [button["payload"] for button in buttons[0]] == ["/rest", "/sport", "/driving"]


async def test_offer_topics_gives_up_after_two_failures() -> None:
    said, _, buttons = await run(
        ActionOfferTopics(),
        user("nlu_fallback"),
        bot("utter_help/offer_topics"),
        user("nlu_fallback"),
    )
    assert said == ["utter_help/give_up"]
    assert buttons == []


async def test_offer_topics_gives_up_if_there_is_no_likeliest() -> None:
    assert (await run(ActionOfferTopics(), user("nlu_fallback", intent_ranking=[])))[0] == [
        "utter_help/give_up"
    ]


def ranked(*names: str) -> list[dict[str, Any]]:
    """Return a ranking of intents, the likeliest first."""
    return [{"name": name, "confidence": 0.1} for name in names]


async def test_after_an_answer_what_may_be_a_follow_up_question_is_taken_for_one() -> None:
    unsure = user("nlu_fallback", intent_ranking=ranked("cost", "ask_how_long"))
    said, _, _ = await run(ActionOfferTopics(), user("driving"), bot("utter_driving"), unsure)
    assert said == ["utter_driving/how_long"]


async def test_after_an_answer_it_is_said_in_short_beside_the_offer() -> None:
    unsure = user("nlu_fallback", intent_ranking=ranked("cost", "rest"))
    said, _, buttons = await run(ActionOfferTopics(), user("driving"), bot("utter_driving"), unsure)
    assert said == ["utter_follow_up/unsure"]
    assert [button["payload"] for button in buttons[0]] == ["/cost", "/rest"]


@pytest.mark.parametrize(
    ("confidence", "text", "before", "said"),
    [
        (0.4, "et le quad ?", [bot("utter_driving")], "utter_follow_up/same"),
        (0.9, "il fait beau chez vous ?", [bot("utter_driving")], "utter_out_of_scope"),
        (0.4, "et le quad ?", [bot("utter_thanks")], "utter_out_of_scope"),
        (0.4, "et le quad ?", [bot("utter_not_in_sheet")], "utter_out_of_scope"),
        (0.4, "mot " * 13, [bot("utter_driving")], "utter_out_of_scope"),
    ],
)
async def test_what_leans_on_an_answer_is_no_other_subject(
    confidence: float, text: str, before: list[dict[str, Any]], said: str
) -> None:
    message = user("out_of_scope", text, intent_ranking=ranked("out_of_scope"))
    message["parse_data"] |= {
        "text": text,
        "intent": {"name": "out_of_scope", "confidence": confidence},
    }
    assert (await run(ActionOutOfScope(), user("driving"), *before, message))[0] == [said]


async def test_repeat_says_the_last_answer_again() -> None:
    said, _, _ = await run(
        ActionRepeatAnswer(),
        user("rest"),
        bot("utter_rest"),
        user("driving"),
        bot("utter_driving"),
        user("repeat"),
    )
    assert said == ["utter_driving"]


async def test_repeat_says_that_nothing_was_said() -> None:
    assert (await run(ActionRepeatAnswer(), user("repeat")))[0] == ["utter_help/nothing_to_repeat"]


@pytest.mark.parametrize("has_sign", [None, False, True])
async def test_forget_symptom_empties_the_slot_and_remembers_an_answer(
    has_sign: bool | None,
) -> None:
    before = {"symptom__has_sign": has_sign}
    _, changed, _ = await run(ActionForgetSymptom(), user("unwell"), slots=before)
    assert changed == {"symptom__has_sign": None, "symptom__answered": has_sign is not None}


@pytest.mark.parametrize(
    "action",
    [
        ActionGiveContact, ActionEscalate, ActionAnswerEach, ActionOfferTopics, ActionRepeatAnswer,
        ActionForgetSymptom, ActionFollowUp, ActionFollowAlarm, ActionOutOfScope,
    ],
)  # fmt: skip
def test_an_action_is_named_after_its_class(action: Any) -> None:
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in action.__name__).lstrip("_")
    assert action().name() == words
