"""The action server hangs: it takes every request and never answers. Patients are answered."""

import asyncio
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel

from cimento.channels.action_server import OneTurn, limit_actions
from cimento.channels.chat.channel import ChatInput
from cimento.channels.rest import CimentoRestInput
from cimento.channels.sms.channel import SmsInput
from cimento.ops.chat import ask
from cimento.settings.chat import ChatSettings
from cimento.settings.sms import SmsSettings
from cimento.store.database import open_database
from tests import overheard
from tests.chat.client import Client
from tests.servers import text_of
from tests.sms import phone
from tests.sms.server import Hearing, Server

# The longest that a turn may wait here, in seconds. Whatever the machine, it is waited once.
SECONDS = 1


async def test_a_turn_waits_once_for_all_its_actions() -> None:
    begun = []

    async def hang(action: str) -> None:
        begun.append(action)
        await asyncio.get_running_loop().create_future()

    request = OneTurn(hang, 0.05)

    async def turn(*actions: str) -> int:
        given_up = 0
        for action in actions:
            try:
                await request(action)
            except asyncio.TimeoutError:
                given_up += 1
        return given_up

    assert await asyncio.create_task(turn("escalate", "forget")) == 2
    assert await asyncio.create_task(turn("repeat")) == 1
    assert begun == ["escalate", "repeat"]


async def test_a_wrong_result_of_an_action_is_told_as_rasa_tells_it() -> None:
    app: Any = SimpleNamespace(ctx=SimpleNamespace(agent=None))
    await limit_actions(app, asyncio.get_running_loop())
    action = RemoteAction("action_repeat_answer", None)
    assert action._validate_action_result({"events": [{"event": "restart"}], "responses": []})
    for wrong in ({"responses": "bonjour"}, {"events": [{"event": "slot"}]}):
        with pytest.raises(ValidationError, match="make sure your response from the Action"):
            action._validate_action_result(wrong)


async def test_what_answers_in_time_is_heard() -> None:
    async def answer(**named: int) -> dict[str, int]:
        return named

    assert await OneTurn(answer, 60)(value=3) == {"value": 3}


@dataclass
class Rasa:
    """The deployed model in the place of the scripted assistant of a test server."""

    agent: Agent

    def __post_init__(self) -> None:
        self.handle = self.agent.handle_message
        self.tracker_store = self.agent.tracker_store
        self.lock_store = self.agent.lock_store
        self.action_endpoint = self.agent.action_endpoint


class Hanging:
    """An action server whose requests nobody reads."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/webhook"

    def asked(self) -> int:
        """Return how often it was asked since the last call."""
        self._socket.setblocking(False)
        count = 0
        try:
            while True:
                self._socket.accept()[0].close()
                count += 1
        except BlockingIOError:
            return count

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def hanging(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    server = Hanging()
    assert agent.action_endpoint
    monkeypatch.setattr(agent.action_endpoint, "url", server.url)
    monkeypatch.setattr(agent.action_endpoint, "request", agent.action_endpoint.request)
    monkeypatch.setenv("CIMENTO_ACTIONS_SECONDS", str(SECONDS))
    yield server
    server.close()


@pytest.fixture
def channels(
    tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, InputChannel]:
    monkeypatch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")
    shutil.copy(empty_database, tmp_path / "sms.db")
    database = open_database(f"sqlite:///{tmp_path / 'sms.db'}")
    return {
        "rest": CimentoRestInput(),
        "chat": ChatInput(ChatSettings()),
        "sms": SmsInput(SmsSettings(provider="console"), Hearing(), database),
    }


def write(channel: str, server: Server) -> Callable[[str], str]:
    """Return what says something on a channel, in one new conversation, and returns its answer."""
    if channel == "rest":
        url, sender = f"{server.url}/webhooks/rest/webhook", uuid.uuid4().hex
        return lambda words: text_of(ask(url, sender, overheard.saying(words)))
    if channel == "sms":
        number = f"+33612{uuid.uuid4().int % 10**6:06d}"  # that nobody has written from
        return lambda words: "\n".join(phone.say(server, words, number))
    visitor = Client(server.port)
    visitor.open()
    return lambda words: str(visitor.say(words).body)


# (what is said before, an alarm): the last turn runs one action, and two.
ALARMS = [([], "j'ai 39 de fièvre ce soir"), (["je me sens pas bien"], "oui j'en ai")]
ADVICE = "Appelez immédiatement votre médecin"


@pytest.mark.parametrize(("before", "alarm"), ALARMS, ids=["one action", "two actions"])
@pytest.mark.parametrize("channel", ["rest", "chat", "sms"])
def test_an_alarm_is_answered_after_one_wait(
    agent: Agent,
    hanging: Hanging,
    channels: dict[str, InputChannel],
    channel: str,
    before: list[str],
    alarm: str,
) -> None:
    rasa: Any = Rasa(agent)
    with Server(channels[channel], rasa) as server:
        say = write(channel, server)
        for words in before:
            say(words)
        hanging.asked()
        assert ADVICE in say(alarm)
        assert hanging.asked() == 1
