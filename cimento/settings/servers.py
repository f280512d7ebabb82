"""Where the servers listen, and who may talk to them."""

from typing import Any, Literal

from pydantic import root_validator, validator

from cimento.settings.concern import Concern, setting

_PORT: Any = {"ge": 1, "le": 65535}
SHORTEST_TOKEN = 16  # characters


class ServerSettings(Concern):
    """The servers of the assistant. Loopback unless told otherwise."""

    host: str = setting("127.0.0.1", "address that the assistant listens on")
    port: int = setting(5005, "port of the assistant: chat, REST, SMS", **_PORT)
    actions_host: str = setting("127.0.0.1", "address of the action server")
    actions_port: int = setting(5055, "port of the action server", **_PORT)
    actions_seconds: int = setting(2, "a turn waits for the action server at most", "seconds", ge=1)
    rest: Literal["loopback", "open", "off"] = setting(
        "loopback",
        "who may use the REST channel: programs of this machine alone, and where there is a proxy "
        "nobody (`loopback`), anybody, in anybody's name (`open`), nobody (`off`)",
    )
    api_token: str = setting(
        "",
        f"opens the HTTP API of the follow-ups, and starts them; {SHORTEST_TOKEN} characters or "
        "more; without it both are off",
        secret=True,
    )

    monitor_token: str = setting(
        "",
        "shows monitoring which part is broken, from another machine or behind a proxy; "
        f"{SHORTEST_TOKEN} characters or more; without it, programs of this machine alone",
        secret=True,
    )

    @validator("api_token", "monitor_token")
    def _not_guessed(cls, token: str) -> str:
        if token and len(token) < SHORTEST_TOKEN:
            raise ValueError(
                f"needs {SHORTEST_TOKEN} characters or more: anyone could guess it. Make one "
                'with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
        return token

    @validator("rest", pre=True)
    def _known_mode(cls, mode: str) -> str:
        if mode not in ("loopback", "open", "off"):
            raise ValueError("give loopback, open or off.")
        return mode

    @root_validator(skip_on_failure=True)
    def _ports_differ(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["port"] == values["actions_port"]:
            raise ValueError("CIMENTO_PORT and CIMENTO_ACTIONS_PORT must differ.")
        return values

    @property
    def chat(self) -> str:
        """URL of the chat's page."""
        return f"http://{self.host}:{self.port}/chat"

    @property
    def webhook(self) -> str:
        """URL of the REST channel."""
        return f"http://{self.host}:{self.port}/webhooks/rest/webhook"
