"""What the chat's endpoint refuses: buttons, tokens, bodies, sites, floods."""

import math
import time
from typing import Any

import pytest

from cimento.channels.chat.sessions import Sessions
from tests.chat.client import Client, text_of
from tests.servers import Assistant


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
