"""What the website chat allows."""

from urllib.parse import urlsplit

from pydantic import validator

from cimento.settings.concern import Concern, setting


class ChatSettings(Concern):
    """Limits of the chat. Durations in the units of their names."""

    class Config:
        env_prefix = "CIMENTO_CHAT_"

    allowed_origins: str = setting(
        "",
        "the sites that may embed the chat: `https://www.example.org`, several with commas",
        env="CIMENTO_CHAT_ORIGINS",
    )
    max_characters: int = setting(1000, "longest message", "characters", ge=1)
    session_per_minute: int = setting(20, "messages of one conversation", "a minute", ge=1)
    address_per_minute: int = setting(120, "requests of one address", "a minute", ge=1)
    idle_minutes: int = setting(120, "a conversation expires when unused for", "minutes", ge=1)
    turn_seconds: int = setting(20, "a turn that takes longer says what it has", "seconds", ge=1)
    keep_days: int = setting(
        30, "a conversation is erased after its last message", "days", ge=1, le=36_500
    )
    proxies: int = setting(0, "proxies in front, whose X-Forwarded-For is believed", ge=0)

    @validator("allowed_origins")
    def _are_origins(cls, value: str) -> str:
        for origin in _split(value):
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
                raise ValueError(
                    f"{origin!r} is not an origin. Write https://www.example.org, without a "
                    "path; separate several by commas."
                )
        return value

    @property
    def origins(self) -> frozenset[str]:
        """The sites that may embed the chat."""
        return frozenset(_split(self.allowed_origins))

    @property
    def max_body_bytes(self) -> int:
        """Largest body read: the longest message in UTF-8, escaped in JSON, and its keys."""
        return 12 * self.max_characters + 1000


def _split(value: str) -> list[str]:
    return [origin.strip() for origin in value.split(",") if origin.strip()]
