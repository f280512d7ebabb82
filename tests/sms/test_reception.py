"""A message that comes while a round looks for what was left is answered once."""

import asyncio
import threading
from collections.abc import Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cimento.channels.sms.assistant import Received
from cimento.channels.sms.reception import Reception
from cimento.sms.inbox import Inbox
from cimento.sms.providers.base import Inbound
from cimento.store.database import open_database

SMS = Inbound("m1", "+33612345678", "j'ai 39 ce matin")


class SlowInbox(Inbox):
    """Looks for what was left only once a message has come; it then finds that one too."""

    def __init__(self, folder: Path) -> None:
        super().__init__(open_database(f"sqlite:///{folder / 'sms.db'}").engine, "kannel", "here")
        self.looks, self.has_come, self.settled = (threading.Event() for _ in range(3))

    def take_up(self, under_way: Collection[str] = (), now: Any = None) -> list[Inbound]:
        if self.looks.is_set():
            self.settled.set()  # the first round took up nothing
        self.looks.set()
        assert self.has_come.wait(60)
        return super().take_up(under_way, now)


class Answers:
    """A dialogue that answers once it may."""

    def __init__(self, inbox: SlowInbox) -> None:
        self.heard: list[str] = []
        self.may = asyncio.Event()
        self._inbox = inbox

    async def answer(self, received: Received, over_rate: bool) -> None:
        self.heard.append(received.message.id)
        self._inbox.has_come.set()
        if len(self.heard) > 1:
            self._inbox.settled.set()
        await self.may.wait()


def test_what_comes_during_a_round_is_not_taken_up_by_it(tmp_path: Path) -> None:
    async def play() -> list[str]:
        inbox = SlowInbox(tmp_path)
        dialogue = Answers(inbox)
        nobody: Any = SimpleNamespace(
            tracker_store=None, raise_what_waits=lambda: None, record_late=lambda: None
        )
        reception = Reception(inbox, dialogue, nobody, nobody, 30, every=0)  # type: ignore[arg-type]

        async def handle(_: Any) -> None:
            """Rasa, which nothing asks here."""

        rounds = asyncio.ensure_future(reception.make_rounds(nobody, handle))
        await asyncio.to_thread(inbox.looks.wait, 60)
        coming = asyncio.ensure_future(reception.receive(nobody, SMS, SMS.number, handle, None))
        await asyncio.to_thread(inbox.has_come.wait, 60)
        await asyncio.to_thread(inbox.settled.wait, 60)
        dialogue.may.set()
        assert await coming
        rounds.cancel()
        return dialogue.heard

    assert asyncio.run(play()) == ["m1"]
