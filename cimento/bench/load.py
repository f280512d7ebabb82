"""Put questions to the servers and time the answers.

The servers run side by side and take turns, a few seconds each: what else the machine
does then weighs on all of them alike.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import yaml

from cimento.bench.processes import BenchError, progress
from cimento.bench.servers import Server
from cimento.settings.paths import ROOT

QUESTIONS = ROOT / "tests" / "nlu" / "held_out.yml"
SEED = 20
WARM_UP = 40  # parses, then turns, that are not counted
PARSES = 200
TURNS = 200  # at 1 connection
TURNS_TOGETHER = 400  # at CONNECTIONS connections
CONNECTIONS = 8
TURNS_PER_SENDER = 5  # as long as people talk to such an assistant
ROUNDS = 4  # each of the above is cut in as many parts, the servers taking turns
LONG_CONVERSATIONS = 3
EARLY, LATE = slice(7, 12), slice(197, 202)  # turns 8 to 12 and 198 to 202
TIMEOUT_SECONDS = 30

# Messages of 1,000 characters made to take long: one sign again and again, only joints, one word.
HARD = [
    (piece * 1000)[:1000]
    for piece in ("n,fievre,", "pas de fievre, ", "? et ", "a", "si j'ai mal, conduire ? ")
]

Conversation = tuple[str, list[str]]  # sender, messages


@dataclass
class Times:
    """What was measured on one server: durations in ms, memory in MB."""

    parse: list[float] = field(default_factory=list)
    parse_hard: list[float] = field(default_factory=list)  # one for each of HARD
    turn: list[float] = field(default_factory=list)
    turn_together: list[float] = field(default_factory=list)
    together_s: float = 0.0  # how long all the turns of `turn_together` took, in seconds
    early: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    memory_mb: float = 0.0
    actions_memory_mb: float | None = None
    silent: int = 0  # turns that got no message


class Client:
    """Talks to one server. BenchError when it refuses a request or does not answer."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.times = Times()
        self._session = session

    async def parse(self, text: str) -> float:
        """Have a text understood by POST /model/parse; return the ms it took."""
        return (await self._post("/model/parse", {"text": text}))[0]

    async def talk(self, conversation: Conversation) -> list[float]:
        """Send the messages one after the other; return the ms of each turn."""
        sender, messages = conversation
        durations = []
        for message in messages:
            body = {"sender": sender, "message": message}
            duration, answer = await self._post("/webhooks/rest/webhook", body)
            durations.append(duration)
            self.times.silent += not answer
        return durations

    async def talk_together(self, conversations: Sequence[Conversation]) -> list[float]:
        """Hold the conversations, CONNECTIONS at a time; return the ms of each turn."""
        waiting = iter(conversations)
        durations: list[float] = []

        async def connection() -> None:
            for conversation in waiting:
                durations.extend(await self.talk(conversation))

        await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
        return durations

    async def _post(self, path: str, body: dict[str, str]) -> tuple[float, Any]:
        begun = time.perf_counter()
        try:
            async with self._session.post(self.server.url + path, json=body) as reply:
                reply.raise_for_status()
                answer = await reply.json()
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise BenchError(f"{self.server.name} refused {path}: {error!r}") from error
        return (time.perf_counter() - begun) * 1000, answer


def questions() -> Iterator[str]:
    """Yield the held-out questions in one shuffled order, again and again."""
    blocks = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["nlu"]
    lines = [line.removeprefix("- ") for b in blocks for line in b["examples"].splitlines()]
    random.Random(SEED).shuffle(lines)
    return itertools.cycle(lines)


async def measure(servers: Sequence[Server]) -> dict[str, Times]:
    """Return what was measured on each server, by name. Takes one to three minutes."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        clients = [Client(server, session) for server in servers]
        asked = questions()
        await _warm_up(clients, asked)
        await _in_rounds(clients, "Parsing", PARSES, asked, _parse)
        for client in clients:
            client.times.parse_hard = [await client.parse(text) for text in HARD]
        await _in_rounds(clients, "Turns at 1 connection", TURNS, asked, _turns)
        label = f"Turns at {CONNECTIONS} connections"
        await _in_rounds(clients, label, TURNS_TOGETHER, asked, _turns_together)
        await _long_conversations(clients, asked)
    return {client.server.name: client.times for client in clients}


async def _warm_up(clients: Sequence[Client], asked: Iterator[str]) -> None:
    progress("Warming up…")
    texts = list(itertools.islice(asked, WARM_UP))
    for client in clients:
        for text in texts:
            await client.parse(text)
        await client.talk_together(_conversations("warm-up", texts))
        client.times.memory_mb = client.server.memory_mb()
        client.times.actions_memory_mb = client.server.actions_memory_mb()


async def _in_rounds(
    clients: Sequence[Client],
    label: str,
    count: int,
    asked: Iterator[str],
    measure_part: Callable[[Client, list[str], str], Coroutine[Any, Any, None]],
) -> None:
    for part in range(ROUNDS):
        texts = list(itertools.islice(asked, count // ROUNDS))
        for client in clients:
            progress(f"{label}: {client.server.name}, part {part + 1} of {ROUNDS}")
            await measure_part(client, texts, f"{label}, {part}")


async def _parse(client: Client, texts: list[str], _: str) -> None:
    client.times.parse += [await client.parse(text) for text in texts]


async def _turns(client: Client, texts: list[str], prefix: str) -> None:
    for conversation in _conversations(prefix, texts):
        client.times.turn += await client.talk(conversation)


async def _turns_together(client: Client, texts: list[str], prefix: str) -> None:
    begun = time.perf_counter()
    client.times.turn_together += await client.talk_together(_conversations(prefix, texts))
    client.times.together_s += time.perf_counter() - begun


async def _long_conversations(clients: Sequence[Client], asked: Iterator[str]) -> None:
    """Time turns 8 to 12 of a new conversation and 198 to 202 of a long one, alternately.

    Both ask the same ten questions over and over: the turns differ by their place alone,
    not by their words, nor by a form or an action that other questions had led to.
    """
    for number in range(LONG_CONVERSATIONS):
        ten = list(itertools.islice(asked, 10))
        texts = list(itertools.islice(itertools.cycle(ten), LATE.stop))
        for client in clients:
            progress(f"{LATE.stop} turns of one conversation: {client.server.name}")
            short, long = f"short, {number}", f"long, {number}"
            await client.talk((short, texts[: EARLY.start]))
            await client.talk((long, texts[: LATE.start]))
            for early, late in zip(texts[EARLY], texts[LATE], strict=True):
                client.times.early += await client.talk((short, [early]))
                client.times.late += await client.talk((long, [late]))


def _conversations(prefix: str, texts: list[str]) -> list[Conversation]:
    starts = range(0, len(texts), TURNS_PER_SENDER)
    return [(f"{prefix}, {start}", texts[start : start + TURNS_PER_SENDER]) for start in starts]
