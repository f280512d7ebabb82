"""What the chat allows, read from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from cimento.settings.servers import SettingError, whole_number


@dataclass(frozen=True)
class ChatSettings:
    """Limits of the chat. Durations in the units of their names."""

    origins: frozenset[str] = frozenset()  # CIMENTO_CHAT_ORIGINS: sites that may embed it
    max_characters: int = 1000  # CIMENTO_CHAT_MAX_CHARACTERS, of one message
    session_per_minute: int = 20  # CIMENTO_CHAT_SESSION_PER_MINUTE, messages
    address_per_minute: int = 120  # CIMENTO_CHAT_ADDRESS_PER_MINUTE, requests of any kind
    idle_minutes: int = 120  # CIMENTO_CHAT_IDLE_MINUTES, then a session expires
    turn_seconds: int = 20  # CIMENTO_CHAT_TURN_SECONDS, then the turn says what it has
    keep_days: int = 30  # CIMENTO_CHAT_KEEP_DAYS, then a conversation is purged
    proxies: int = 0  # CIMENTO_CHAT_PROXIES in front, whose X-Forwarded-For is believed

    @property
    def max_body_bytes(self) -> int:
        """Largest body read: the longest message in UTF-8, escaped in JSON, and its keys."""
        return 12 * self.max_characters + 1000


def _origins(value: str) -> frozenset[str]:
    found = [origin.strip() for origin in value.split(",") if origin.strip()]
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            raise SettingError(
                f"CIMENTO_CHAT_ORIGINS: {origin!r} is not an origin. "
                "Write https://www.example.org, without a path; separate several by commas."
            )
    return frozenset(found)


def read_chat_settings(environment: Mapping[str, str] = os.environ) -> ChatSettings:
    """Return the chat's settings; SettingError names the first variable that is wrong."""

    def number(name: str, minimum: int = 1) -> int:
        default = getattr(ChatSettings, name)
        return whole_number(environment, f"CIMENTO_CHAT_{name.upper()}", default, minimum)

    return ChatSettings(
        origins=_origins(environment.get("CIMENTO_CHAT_ORIGINS", "")),
        max_characters=number("max_characters"),
        session_per_minute=number("session_per_minute"),
        address_per_minute=number("address_per_minute"),
        idle_minutes=number("idle_minutes"),
        turn_seconds=number("turn_seconds"),
        keep_days=number("keep_days"),
        proxies=number("proxies", minimum=0),
    )
