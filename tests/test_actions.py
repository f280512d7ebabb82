"""The custom actions, each run on a tracker as the action server receives it."""

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer_each import ActionAnswerEach
from actions.escalate import ActionEscalate
from actions.forget_symptom import ActionForgetSymptom
from actions.give_contact import ActionGiveContact
from actions.offer_topics import ActionOfferTopics
from actions.repeat_answer import ActionRepeatAnswer


def user(intent: str, **parse_data: Any) -> dict[str, Any]:
    """Return the event of a message understood as `intent`."""
    data = {"intent": {"name": intent, "confidence": 1.0}, **parse_data}
    return {"event": "user", "text": "…", "parse_data": data}


def bot(response: str, escalation: str = "none") -> dict[str, Any]:
    """Return the event of a response said."""
    custom = {"topic": response.removeprefix("utter_"), "section": None, "escalation": escalation}
    return {
        "event": "bot",
        "text": "…",
        "data": {"custom": custom},
        "metadata": {"utter_action": response},
    }


async def run(action: Any, *events: dict[str, Any]) -> tuple[list[str], dict[str, Any], list[Any]]:
    """Run `action`; return the responses said, the slots set, and the buttons."""
    latest = next(event for event in reversed(events) if event["event"] == "user")["parse_data"]
    tracker = Tracker("x", {}, latest, list(events), False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    returned = await action.run(dispatcher, tracker, {})
    slots = {event["name"]: event["value"] for event in returned}
    said = [message["response"] for message in dispatcher.messages]
    return (
        said,
        slots,
        [message["buttons"] for message in dispatcher.messages if message["buttons"]],
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("plus simple", "utter_rest/easy"),
        ("Plus simple", "utter_rest/easy"),
        ("jé rien compri", "utter_rest/easy"),
        ("c'est trop compliqué pour moi", "utter_rest/easy"),
        ("avec des petits mots svp", "utter_rest/easy"),
        ("vous pouvez répéter ?", "utter_rest"),
        ("j'ai effacé le message", "utter_rest"),
    ],
)
async def test_who_asks_for_simpler_words_gets_the_easy_wording(words: str, said: str) -> None:
    events = [user("rest"), bot("utter_rest"), user("repeat", text=words)]
    assert (await run(ActionRepeatAnswer(), *events))[0] == [said]


async def test_what_is_easy_already_is_said_again() -> None:
    for response in ("utter_driving", "utter_rest/easy"):
        events = [user("x"), bot(response), user("repeat", text="plus simple")]
        assert (await run(ActionRepeatAnswer(), *events))[0] == [response]


async def test_give_contact_says_the_number() -> None:
    assert (await run(ActionGiveContact(), user("contact")))[0] == ["utter_contact"]


async def test_escalate_records_what_was_said_without_repeating_it() -> None:
    said, slots, _ = await run(ActionEscalate(), user("fever"), bot("utter_fever", "medecin"))
    assert said == []
    assert slots["escalation__level"] == "medecin"
    assert slots["escalation__topic"] == "fever"
    assert slots["escalation__at"].endswith("+00:00")


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


async def test_forget_symptom_empties_the_slot() -> None:
    assert (await run(ActionForgetSymptom(), user("unwell")))[1] == {"symptom__has_sign": None}


@pytest.mark.parametrize(
    "action",
    [ActionGiveContact, ActionEscalate, ActionAnswerEach, ActionOfferTopics, ActionRepeatAnswer, ActionForgetSymptom],
)  # fmt: skip
def test_an_action_is_named_after_its_class(action: Any) -> None:
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in action.__name__).lstrip("_")
    assert action().name() == words
