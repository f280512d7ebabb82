"""The one route that the follow-ups use: it begins a check-in, for whoever has the secret."""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from cimento.followup.rasa_client import RasaClient, check_in_token
from cimento.sms.gateway import TemporaryFailure
from tests.servers import PATIENCE
from tests.sms.server import Server


@pytest.fixture
def told(console: Server) -> Iterator[list[tuple[Any, ...]]]:
    """What the assistant was told: (conversation, intent, channel)."""
    heard: list[tuple[Any, ...]] = []
    agent: Any = console.assistant

    @asynccontextmanager
    async def lock(conversation: str) -> Any:
        yield

    async def fetch(conversation: str, output: Any) -> str:
        return conversation

    async def trigger(intent: str, entities: list[str], output: Any, tracker: str) -> None:
        if agent.fails:
            raise RuntimeError("the words were zorglub")
        heard.append((tracker, intent, output.name()))

    agent.lock_store = SimpleNamespace(lock=lock)
    agent.processor = SimpleNamespace(fetch_tracker_and_update_session=fetch)
    agent.trigger_intent = trigger
    yield heard


def test_a_check_in_is_told(console: Server, told: list[tuple[Any, ...]]) -> None:
    RasaClient(console.url).start_check_in("sms-1")
    assert told == [("sms-1", "start_check_in", "sms")]


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer x", "Bearer é", check_in_token()])
def test_it_needs_the_token(console: Server, told: list[tuple[Any, ...]], token: str) -> None:
    reply = requests.post(
        f"{console.url}/webhooks/sms/check-ins",
        json={"conversation": "sms-1"},
        headers={"Authorization": token.encode()},
        timeout=PATIENCE,
    )
    assert reply.status_code == 401
    assert told == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"conversation": 1}', b'{"conversation": "chat-1"}']
)
def test_it_begins_nothing_else(console: Server, told: list[tuple[Any, ...]], body: bytes) -> None:
    reply = requests.post(
        f"{console.url}/webhooks/sms/check-ins",
        data=body,
        headers={"Authorization": f"Bearer {check_in_token()}"},
        timeout=PATIENCE,
    )
    assert reply.status_code == 400
    assert told == []


def test_a_failure_is_tried_again_and_says_no_words(
    console: Server, told: list[tuple[Any, ...]], caplog: pytest.LogCaptureFixture
) -> None:
    console.assistant.fails = True
    with pytest.raises(TemporaryFailure, match="503"):
        RasaClient(console.url).start_check_in("sms-1")
    assert "zorglub" not in caplog.text
