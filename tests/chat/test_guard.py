"""Who is counted for one, and what the counts may take."""

from types import SimpleNamespace

import pytest
from limits.storage import memory

from cimento.channels.chat import guard
from cimento.channels.chat.guard import Guard, holder
from cimento.channels.chat.refusals import Refusal
from cimento.settings.chat import ChatSettings


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.5", "203.0.113.6", False),
        ("203.0.113.5", "::ffff:203.0.113.5", True),
        ("no address" * 10, "no address" * 11, True),
    ],
)
def test_whoever_has_a_network_is_one(one: str, other: str, same: bool) -> None:
    assert (holder(one) == holder(other)) is same


def test_the_counts_of_a_crowd_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_MOST_KEYS", 100)
    ours = Guard(ChatSettings(session_per_minute=2))
    for n in range(1000):
        ours.count_message("chat-busy") if n in (980, 990) else ours.count_message(f"chat-{n}")
    assert len(ours._counts.events) == 100
    with pytest.raises(Refusal):  # who wrote lately is not forgotten
        ours.count_message("chat-busy")


def test_who_asked_is_forgotten_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    clock = SimpleNamespace(time=lambda: now)
    monkeypatch.setattr(memory, "time", clock)
    monkeypatch.setattr(guard, "time", clock)
    ours = Guard(ChatSettings())
    ours.count_message("chat-a")
    now += 59
    ours.count_message("chat-b")
    assert len(ours._counts.events) == 2
    now += 2
    ours.count_message("chat-b")
    (left,) = ours._counts.events
    assert "chat-b" in left
