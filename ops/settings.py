"""The settings, read once from the environment (or a .env file, which make reads)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SettingError(Exception):
    """A setting cannot be used; the message names the variable and what it may be."""


@dataclass(frozen=True)
class Settings:
    """Where the servers listen. Loopback unless told otherwise."""

    host: str = "127.0.0.1"  # CIMENTO_HOST
    port: int = 5005  # CIMENTO_PORT
    actions_host: str = "127.0.0.1"  # CIMENTO_ACTIONS_HOST
    actions_port: int = 5055  # CIMENTO_ACTIONS_PORT

    @property
    def webhook(self) -> str:
        """URL of the REST channel."""
        return f"http://{self.host}:{self.port}/webhooks/rest/webhook"


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    value = environment.get(name) or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise SettingError(f"{name}={value!r} is not a port: give a number from 1 to 65535.")
    return int(value)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; SettingError names the first variable that is wrong."""
    settings = Settings(
        host=environment.get("CIMENTO_HOST") or Settings.host,
        port=_port(environment, "CIMENTO_PORT", Settings.port),
        actions_host=environment.get("CIMENTO_ACTIONS_HOST") or Settings.actions_host,
        actions_port=_port(environment, "CIMENTO_ACTIONS_PORT", Settings.actions_port),
    )
    if settings.port == settings.actions_port:
        raise SettingError("CIMENTO_PORT and CIMENTO_ACTIONS_PORT must differ.")
    return settings
