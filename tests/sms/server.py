"""The channel served on loopback, with a scripted assistant in the place of Rasa's agent."""

import asyncio
import threading
import uuid
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Sanic
from sanic.response import empty

from cimento.followup.listener import FollowUpListener
from cimento.followup.replies import Turn
from cimento.ops.processes import free_port
from tests.servers import PATIENCE

Sanic.test_mode = True  # several servers, one after the other, in this process
DRIVING = {"topic": "driving", "section": "7-apres", "escalation": "none"}
FEVER = {"topic": "fever", "section": "7-apres", "escalation": "medecin"}
ALARM = "Appelez immédiatement votre médecin."
ANSWER = "Ne conduisez pas pendant les 24 premières heures."


def tracker(events: list[Any], form: str | None = None, **slots: Any) -> Any:
    """Return what the channel reads of Rasa's tracker: its events, the open form, the slots."""
    return SimpleNamespace(events=events, active_loop_name=form, get_slot=slots.get)


class Assistant:
    """Answers as scripted, remembers what it heard, and keeps events as a tracker does."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []  # conversation, text
        self.script: dict[str, list[dict[str, Any]]] = {}
        self.state: dict[str, Any] = {}  # of every conversation: see `tracker`
        self.fails = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.events: dict[str, list[Any]] = {}
        self.tracker_store: Any = SimpleNamespace(retrieve=self._retrieve)

    async def _retrieve(self, conversation: str) -> Any:
        events = self.events.get(conversation)
        return tracker(events, **self.state) if events else None

    async def handle(self, message: UserMessage) -> None:
        assert message.output_channel.name() == "sms"
        assert message.input_channel == "sms"
        self.heard.append((message.sender_id, message.text))
        await self.may_answer.wait()
        if self.fails:
            raise RuntimeError(f"the words were {message.text}")
        events = self.events.setdefault(message.sender_id, [])
        events.append(SimpleNamespace(type_name="user"))
        default = FEVER if "39" in message.text else DRIVING
        said = ALARM if default is FEVER else ANSWER
        for answer in self.script.get(message.text, [{"text": said, "custom": default}]):
            buttons = answer.get("buttons")
            events.append(SimpleNamespace(type_name="bot", data={"buttons": buttons}))
            await message.output_channel.send_response(message.sender_id, dict(answer))


class Hearing(FollowUpListener):
    """A listener that remembers: (event, …) in order, and needs no database."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []

    def told(self, turn: Turn) -> None:
        self.events.append(("told", turn))

    def told_later(self, turn: Turn) -> None:
        self.events.append(("spooled", turn))

    @property
    def alarms(self) -> list[tuple[str, str]]:
        """(words, level) of what the team is to know."""
        turns = [event[1] for event in self.events if isinstance(event[1], Turn)]
        return [(turn.text, turn.level) for turn in turns if turn.alerts]

    def raise_what_waits(self) -> int:
        return 0

    def reported(self, reference: str, at: object, state: str) -> None:
        self.events.append(("reported", reference, state))


@dataclass
class Server:
    """A Sanic server in a thread, with the routes that Rasa would give the channel."""

    channel: InputChannel
    assistant: Assistant = field(default_factory=Assistant)
    port: int = field(default_factory=free_port)
    unavailable: int = 0  # answer so many messages with a 503 instead, once handled
    down: bool = False  # answer every request with a 503, and handle none
    answered: list[str] = field(default_factory=list)  # paths, in the order of the answers

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Server":
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=[started], daemon=True)
        self._thread.start()
        assert started.wait(PATIENCE), "the test server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)

    def let_answer(self) -> None:
        """Let the assistant answer, whose `may_answer` was cleared before it was asked."""
        self._loop.call_soon_threadsafe(self.assistant.may_answer.set)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        app = Sanic(f"sms_{uuid.uuid4().hex}", configure_logging=False)
        app.config.MOTD = False  # it starts a program to name the processor
        app.ctx.agent = self.assistant
        blueprint = self.channel.blueprint(self.assistant.handle)
        app.blueprint(blueprint, url_prefix=urljoin("/webhooks/", self.channel.url_prefix()))

        @app.middleware("request")
        async def be_down(_: object) -> Any:
            return empty(503) if self.down else None

        @app.middleware("response")
        async def lose_acknowledgement(request: Any, response: Any) -> None:
            if self.unavailable and not request.path.endswith("/dlr"):
                self.unavailable -= 1
                response.status = 503
            self.answered.append(request.path)

        async def serve() -> Any:
            server = await app.create_server(
                host="127.0.0.1", port=self.port, return_asyncio_server=True, access_log=False
            )
            await server.startup()
            await server.start_serving()
            await server.after_start()
            return server

        server = self._loop.run_until_complete(serve())
        started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(server.before_stop())
        server.close()
        self._loop.run_until_complete(server.wait_closed())
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()
