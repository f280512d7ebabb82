"""The settings, read once from the environment (or a .env file, which make reads)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENDPOINTS = Path("var/endpoints.yml")  # written by `make run`
# Who may use the REST channel: this machine alone, everybody, nobody.
REST_MODES = ("loopback", "open", "off")


class SettingError(Exception):
    """A setting cannot be used; the message names the variable and what it may be."""


@dataclass(frozen=True)
class Settings:
    """Where the servers listen. Loopback unless told otherwise."""

    host: str = "127.0.0.1"  # CIMENTO_HOST
    port: int = 5005  # CIMENTO_PORT
    actions_host: str = "127.0.0.1"  # CIMENTO_ACTIONS_HOST
    actions_port: int = 5055  # CIMENTO_ACTIONS_PORT
    rest: str = "loopback"  # CIMENTO_REST: who may use the REST channel, see REST_MODES
    api_token: str = ""  # CIMENTO_API_TOKEN: opens Rasa's HTTP API to those who have it

    @property
    def chat(self) -> str:
        """URL of the chat's page."""
        return f"http://{self.host}:{self.port}/chat"

    @property
    def webhook(self) -> str:
        """URL of the REST channel."""
        return f"http://{self.host}:{self.port}/webhooks/rest/webhook"


def whole_number(
    environment: Mapping[str, str], name: str, default: int, minimum: int, maximum: int = 10**9
) -> int:
    """Return the setting `name`, `default` when it is not set; SettingError out of bounds."""
    value = environment.get(name) or str(default)
    if not value.isdecimal() or not minimum <= int(value) <= maximum:
        raise SettingError(f"{name}={value!r}: give a number from {minimum} to {maximum}.")
    return int(value)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; SettingError names the first variable that is wrong."""
    settings = Settings(
        host=environment.get("CIMENTO_HOST") or Settings.host,
        port=whole_number(environment, "CIMENTO_PORT", Settings.port, 1, 65535),
        actions_host=environment.get("CIMENTO_ACTIONS_HOST") or Settings.actions_host,
        actions_port=whole_number(
            environment, "CIMENTO_ACTIONS_PORT", Settings.actions_port, 1, 65535
        ),
        rest=environment.get("CIMENTO_REST") or Settings.rest,
        api_token=environment.get("CIMENTO_API_TOKEN", ""),
    )
    if settings.port == settings.actions_port:
        raise SettingError("CIMENTO_PORT and CIMENTO_ACTIONS_PORT must differ.")
    if settings.rest not in REST_MODES:
        raise SettingError(f"CIMENTO_REST={settings.rest!r}: give {', '.join(REST_MODES)}.")
    if settings.api_token and len(settings.api_token) < 16:
        raise SettingError("CIMENTO_API_TOKEN has fewer than 16 characters: anyone could guess it.")
    return settings
