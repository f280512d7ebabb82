"""The chat's endpoint, on the assistant exactly as `make run` starts it."""

import math
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cimento.answers.catalogue import load_catalogue
from cimento.channels.chat.sessions import Sessions
from cimento.settings.paths import ROOT
from tests.chat.client import Answer, Client, call
from tests.servers import Assistant

NUMBER = "05 56 79 56 79, poste 95599"
QUESTIONS = yaml.safe_load((ROOT / "cimento/channels/chat/questions.yml").read_text("utf-8"))


@pytest.fixture
def client(assistant: Assistant) -> Client:
    """A visitor who has just opened the chat."""
    visitor = Client(assistant.port)
    visitor.open()
    return visitor


def text_of(answer: Answer) -> str:
    assert answer.status == 200, answer
    said = "\n".join(message["text"] for message in answer.body["messages"])
    return said.replace("\u00a0", " ")


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
    asked = {topic: text for part in QUESTIONS for topic, text in part["questions"].items()}
    understood = {topic: parse(text)["intent"]["name"] for topic, text in asked.items()}
    assert understood == {topic: topic for topic in asked}


def test_the_questions_are_those_of_all_topics_of_the_sheet() -> None:
    asked = [topic for part in QUESTIONS for topic in part["questions"]]
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


def test_only_buttons_that_were_offered_work(client: Client) -> None:
    assert client.press("/driving").code == "button_not_offered"
    buttons = client.say("bonjour").body["messages"][0]["buttons"]
    assert text_of(client.press(buttons[0]["payload"])).startswith("Avant l'examen")
    assert client.press("/driving").code == "button_not_offered"


def test_buttons_of_another_conversation_do_not_work(client: Client, assistant: Assistant) -> None:
    payload = client.say("bonjour").body["messages"][0]["buttons"][0]["payload"]
    other = Client(assistant.port)
    other.open()
    assert other.press(payload).code == "button_not_offered"


def tampered(token: str) -> list[tuple[str, str]]:
    """Return tokens that must open nothing, with what is wrong with them."""
    return [
        ("another letter", token[:40] + ("A" if token[40] != "A" else "B") + token[41:]),
        ("truncated", token[:-8]),
        ("longer", token + "AAAA"),
        ("empty base64", "===="),
        ("not base64", "é€ ../../etc/passwd".encode().decode("latin-1")),
        ("a conversation's id", Sessions.new_conversation()),
        ("very long", "A" * 5000),
    ]


@pytest.mark.parametrize("which", range(7))
def test_forged_tokens_are_refused(client: Client, which: int) -> None:
    what, token = tampered(client.token)[which]
    answer = client.post("messages", {"text": "bonjour"}, token=token)
    assert (answer.status, answer.code) == (401, "session_invalid"), what


def test_no_token_at_all(client: Client) -> None:
    assert client.post("messages", {"text": "bonjour"}, token="").code == "session_missing"


def test_a_token_of_another_installation_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", "another installation's secret, long enough")
    foreign = Sessions(120).token("chat-" + "0" * 32)
    assert client.post("messages", {"text": "bonjour"}, token=foreign).code == "session_invalid"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "malformed"),
        (b"", 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b"[" * 4000, 400, "malformed"),
        ([], 400, "malformed"),
        ("text", 400, "malformed"),
        ({}, 400, "malformed"),
        ({"text": 1}, 400, "malformed"),
        ({"text": None}, 400, "malformed"),
        ({"text": ["a"]}, 400, "malformed"),
        ({"text": "a", "payload": "/driving"}, 400, "malformed"),
        ({"text": "a", "sender": "someone else"}, 400, "malformed"),
        ({"message": "a"}, 400, "malformed"),
        ({"text": ""}, 400, "message_empty"),
        ({"text": " \n\t"}, 400, "message_empty"),
        ({"text": "a" * 1001}, 400, "message_too_long"),
        ({"text": "a" * 20_000}, 413, "body_too_large"),
        ({"text": "a" * 60_000}, 413, "body_too_large"),
    ],
)  # fmt: skip
def test_malformed_bodies(client: Client, content: Any, status: int, code: str) -> None:
    answer = client.post("messages", content)
    assert (answer.status, answer.code) == (status, code)
    assert answer.body["error"]["message"]


def test_a_message_of_the_longest_length_is_read(client: Client) -> None:
    assert client.say("é" * 1000).status == 200


def test_other_content_types_are_refused(client: Client) -> None:
    answer = client.post("messages", b"text=bonjour", Content_Type="text/plain")
    assert (answer.status, answer.code) == (415, "not_json")


def test_sites_that_are_not_allowed_are_refused(client: Client) -> None:
    answer = client.post("messages", {"text": "bonjour"}, Origin="https://evil.example")
    assert (answer.status, answer.code) == (403, "origin_not_allowed")
    assert "access-control-allow-origin" not in answer.headers


def test_answers_are_not_kept_nor_sniffed_and_set_no_cookie(client: Client) -> None:
    headers = client.say("bonjour").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "path",
    ["", "/plein?question=driving", "/fiche", "/fiche?sujet=driving", "/fiche?sujet=../../x"],
)
def test_pages_have_a_strict_policy(assistant: Assistant, path: str) -> None:
    answer = call(f"http://127.0.0.1:{assistant.port}/chat{path}", "GET")
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "set-cookie" not in answer.headers


def test_no_other_file_is_served(assistant: Assistant) -> None:
    for path in (
        "/chat/questions.yml",
        "/chat/../credentials.yml",
        "/chat/page.html",
        "/chat/widget/x.js",
        "/chat/widget/..%2f..%2fchannel.js",
    ):
        assert call(f"http://127.0.0.1:{assistant.port}{path}", "GET").status == 404


def test_modules_can_be_imported_by_any_site(assistant: Assistant) -> None:
    answer = call(
        f"http://127.0.0.1:{assistant.port}/chat/widget/service.js",
        "GET",
        headers={"Origin": "https://www.example-hospital.fr"},
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "tel:+33556795679" in answer.body


def test_the_root_leads_to_the_chat_and_tells_no_version(assistant: Assistant) -> None:
    answer = call(f"http://127.0.0.1:{assistant.port}/", "GET")
    assert "Rasa" not in answer.body
    assert 'src="/chat/cimento-chat.js"' in answer.body


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


def test_200_quick_messages_are_slowed_down_and_others_are_answered(
    client: Client, assistant: Assistant
) -> None:
    begun = time.monotonic()
    answers = [client.say("bonjour") for _ in range(200)]
    refused = [answer for answer in answers if answer.status == 429]
    minutes = math.ceil((time.monotonic() - begun) / 60)  # 20 messages are answered in each
    assert [answer.status for answer in answers[:20]] == [200] * 20
    assert 0 < 200 - 20 * (minutes + 1) <= len(refused) <= 180
    assert all(0 < int(answer.headers["retry-after"]) <= 60 for answer in refused)
    assert "15" in refused[0].body["error"]["message"]
    other = Client(assistant.port)
    other.open()
    assert other.say("bonjour").status == 200
