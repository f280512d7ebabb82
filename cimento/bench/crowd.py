"""Many people at once: sessions that ask, read, and ask again.

Unlike the turns at 8 connections, which press the server as hard as they can, a crowd
thinks between two messages: what is measured is how long each of many people waits.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import aiohttp

from cimento.bench.servers import Server

SESSIONS = 200
MESSAGES = 3  # of each session
THINKING_SECONDS = (5.0, 15.0)  # between two messages, at random; faster than people read
SEED = 21
_TIMEOUT = aiohttp.ClientTimeout(total=60)


@dataclass
class Crowd:
    """What the sessions met: the ms of each turn, and how many turns failed."""

    turns: list[float] = field(default_factory=list)
    errors: int = 0


Ask = Callable[[str], Awaitable[bool]]  # says a text; returns whether it got an answer


async def gather(server: Server, asked: Iterator[str], by_chat: bool) -> Crowd:
    """Hold SESSIONS conversations at once with `server`. Takes some 30 seconds.

    `by_chat`: through the website chat's endpoint; else through the REST channel.
    """
    crowd, thinking = Crowd(), random.Random(SEED)
    connections = aiohttp.TCPConnector(limit=SESSIONS)
    async with aiohttp.ClientSession(timeout=_TIMEOUT, connector=connections) as session:

        async def visit(number: int, texts: list[str], pauses: list[float]) -> None:
            ask = _chat(session, server) if by_chat else _rest(session, server, number)
            for text, pause in zip(texts, pauses, strict=True):
                await asyncio.sleep(pause)
                begun = time.perf_counter()
                try:
                    crowd.errors += not await ask(text)
                except (aiohttp.ClientError, asyncio.TimeoutError):
                    crowd.errors += 1
                crowd.turns.append((time.perf_counter() - begun) * 1000)

        await asyncio.gather(
            *(
                visit(
                    number,
                    list(itertools.islice(asked, MESSAGES)),
                    [thinking.uniform(*THINKING_SECONDS) for _ in range(MESSAGES)],
                )
                for number in range(SESSIONS)
            )
        )
    return crowd


def _rest(session: aiohttp.ClientSession, server: Server, number: int) -> Ask:
    async def ask(text: str) -> bool:
        body = {"sender": f"crowd {number}", "message": text}
        async with session.post(f"{server.url}/webhooks/rest/webhook", json=body) as reply:
            return reply.status == 200 and bool(await reply.json())

    return ask


def _chat(session: aiohttp.ClientSession, server: Server) -> Ask:
    token = ""

    async def ask(text: str) -> bool:
        nonlocal token
        if not token:  # the chat is opened with the first message
            async with session.post(f"{server.url}/chat/sessions") as reply:
                token = (await reply.json()).get("token", "")
        headers = {"Authorization": f"Bearer {token}"}
        url, body = f"{server.url}/chat/messages", {"text": text[:1000]}
        async with session.post(url, json=body, headers=headers) as reply:
            answer = await reply.json()
            token = answer.get("token", token)
            return reply.status == 200 and bool(answer["messages"])

    return ask
