"""The chat's endpoint, on the assistant exactly as `make run` starts it: what it answers."""

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cimento.answers.catalogue import load_catalogue
from cimento.channels.chat.questions import questions
from tests.chat.client import Client, text_of
from tests.servers import Assistant

NUMBER = "05 56 79 56 79, poste 95599"
QUESTIONS = [each for part in questions() for each in part["questions"]]


def database(assistant: Assistant) -> Path:
    return assistant.log.parent / "conversations.db"


def count(assistant: Assistant, table: str) -> int:
    with sqlite3.connect(database(assistant)) as connection:
        (number,) = connection.execute(f"select count(*) from {table}").fetchone()
    return int(number)


def test_the_welcome_tells_what_it_is_and_what_not_to_write(assistant: Assistant) -> None:
    greeting = Client(assistant.port).open()["greeting"]["text"]
    for words in ("assistant automatique", "pas votre nom", "numéro de dossier", "15", "114"):
        assert words in greeting


def test_all_questions_are_understood_as_their_topics(
    parse: Callable[[str], dict[str, Any]],
) -> None:
    for words in ("text", "relative"):
        asked = {each["topic"]: each[words] for each in QUESTIONS}
        understood = {topic: parse(text)["intent"]["name"] for topic, text in asked.items()}
        assert understood == {topic: topic for topic in asked}


def test_the_questions_are_those_of_all_topics_of_the_sheet() -> None:
    asked = [each["topic"] for each in QUESTIONS]
    sheet = {
        wording.topic
        for wording in load_catalogue().wordings
        if wording.file.startswith("data/sheet/") and wording.title
    }
    both_moments = {"eating", "instructions"}  # asked for each moment by itself
    assert sorted(asked) == sorted(sheet - both_moments)


def test_an_answer_comes_with_its_source(client: Client) -> None:
    answer = client.say("Quand puis-je conduire ?")
    assert "24" in text_of(answer)
    assert answer.body["topic"] == "driving"
    assert answer.body["sources"] == [
        {
            "title": "Fiche, § 7 Après examen",
            "href": "/chat/fiche?sujet=driving#citation",
            "quotes": ["Vous ne devez pas conduire pendant les 24 premières heures."],
        }
    ]
    assert answer.body["ask_feedback"] is True
    assert answer.body["can_be_easier"] is False
    assert [link["href"] for link in answer.body["calls"]] == ["tel:+33556795679"]
    assert answer.body["relative"] is False


def test_an_alarm_comes_with_the_numbers_to_call(client: Client) -> None:
    answer = client.say("j'arrive plus à respirer depuis tout à l'heure")
    assert answer.body["escalation"] == "urgence"
    links = [call["href"] for call in answer.body["calls"]]
    assert links == ["tel:15", "tel:112", "sms:114", "tel:+33556795679"]
    assert answer.body["ask_feedback"] is False


def test_the_conversation_goes_on(client: Client) -> None:
    client.say("je suis rentré à la maison hier")
    assert "normalement" in text_of(client.say("je peux manger ?"))


@pytest.mark.parametrize(
    "typed",
    ["/restart", "/driving", '/accept{"symptom__has_sign": true}', "/ driving", "/back", "//driving",
     '/drip{"moment":"after"}', "/session_start", "EXTERNAL: x", '{"payload":"/driving"}'],
)  # fmt: skip
def test_typed_commands_are_text(client: Client, typed: str) -> None:
    answer = client.say(typed)
    assert answer.status == 200
    assert answer.body["escalation"] == "none"
    assert "24 premières heures" not in text_of(answer)
    assert "perfusion" not in text_of(answer)


def test_answers_are_not_kept_nor_sniffed_and_set_no_cookie(client: Client) -> None:
    headers = client.say("bonjour").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def test_feedback_is_recorded_once_for_an_answer(client: Client, assistant: Assistant) -> None:
    turn = client.say("Quand puis-je conduire ?").body["turn"]
    before = count(assistant, "judgements")
    for helpful in (True, False):
        assert client.post("feedback", {"turn": turn, "helpful": helpful}).status == 204
    assert count(assistant, "judgements") == before + 1


def test_why_an_answer_did_not_help_is_recorded_by_topic(
    client: Client, assistant: Assistant
) -> None:
    turn = client.say("Quand puis-je conduire ?").body["turn"]
    before = count(assistant, "reasons")
    judged = {"turn": turn, "helpful": False}
    assert client.post("feedback", judged | {"reason": "hard"}).status == 204
    assert client.post("feedback", judged | {"reason": "partial"}).status == 204
    assert count(assistant, "reasons") == before + 1
    wrong: Any
    for wrong in ("because", 1, [], {"hard": 1}):
        assert client.post("feedback", judged | {"reason": wrong}).status == 400


def test_what_the_sheet_does_not_say_is_counted_once_without_words(
    client: Client, assistant: Assistant
) -> None:
    def counted() -> list[tuple[str, str]]:
        with sqlite3.connect(database(assistant)) as connection:
            query = "select theme, week from unanswered order by rowid"
            return connection.execute(query).fetchall()

    before = len(counted())
    for _ in range(2):
        assert client.say("je dois garder mon corset apres le ciment ?").body["topic"] == (
            "not_in_sheet"
        )
    client.say("Quand puis-je conduire ?")
    assert "ne précise pas" in text_of(client.say("pourquoi ?"))
    client.say("j'arrive plus à respirer depuis tout à l'heure")
    new = counted()[before:]
    assert [theme for theme, _ in new] == ["brace", "driving/why"]
    assert all(date.fromisoformat(week).weekday() == 0 for _, week in new)


@pytest.mark.parametrize(
    "content", [{"turn": "x", "helpful": True}, {"helpful": True}, {"turn": 1, "helpful": 1}, []]
)
def test_feedback_on_nothing_is_refused(client: Client, content: Any) -> None:
    assert client.post("feedback", content).status == 400


def test_feedback_on_anothers_answer_is_refused(client: Client, assistant: Assistant) -> None:
    turn = client.say("Quand puis-je conduire ?").body["turn"]
    other = Client(assistant.port)
    other.open()
    answer = other.post("feedback", {"turn": turn, "helpful": True})
    assert answer.code == "answer_unknown"


def test_erasing_deletes_on_the_server(client: Client, assistant: Assistant) -> None:
    before = count(assistant, "events")
    client.say("je suis rentré à la maison hier")
    assert count(assistant, "events") > before
    assert client.erase().status == 204
    assert count(assistant, "events") == before
    assert "jeun" in text_of(client.say("je peux manger ?"))  # the moment is forgotten
