"""The engine's settings, read from the environment (or a .env file, which make reads)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from cimento.settings.paths import ROOT
from cimento.settings.servers import SettingError, read_settings, whole_number

DATABASE = f"sqlite:///{ROOT}/var/followup.db"  # of the follow-ups and of the SMS channel
_SHORTEST_TOKEN = 16  # characters


@dataclass(frozen=True)
class FollowUpSettings:
    """What the engine is connected to. Secrets are kept out of its repr."""

    database_url: str = field(repr=False)  # CIMENTO_DATABASE_URL
    queue_url: str = field(repr=False)  # CIMENTO_QUEUE_URL
    conversations_url: str = field(repr=False)  # CIMENTO_CONVERSATIONS_URL
    rasa_url: str  # CIMENTO_RASA_URL
    api_token: str = field(repr=False)  # CIMENTO_API_TOKEN, of Rasa's HTTP API and of ours
    api_host: str  # CIMENTO_FOLLOWUP_HOST
    api_port: int  # CIMENTO_FOLLOWUP_PORT
    smtp_url: str = field(repr=False)  # CIMENTO_SMTP_URL; empty: no e-mail
    alert_to: str  # CIMENTO_ALERT_TO
    alert_from: str  # CIMENTO_ALERT_FROM
    alert_repeat: timedelta  # CIMENTO_ALERT_REPEAT_MINUTES
    retention: timedelta  # CIMENTO_RETENTION_DAYS


def _url(environment: Mapping[str, str], name: str, default: str, schemes: set[str]) -> str:
    value = environment.get(name) or default
    if value and urlsplit(value).scheme.split("+")[0] not in schemes:
        # The value is not repeated: it may hold a password.
        raise SettingError(f"{name} must start with {' or '.join(sorted(schemes))}, then ://")
    return value


def read_followup_settings(environment: Mapping[str, str] = os.environ) -> FollowUpSettings:
    """Return the settings; SettingError names the first variable that is wrong."""
    servers = read_settings(environment)
    databases = {"sqlite", "postgresql"}
    settings = FollowUpSettings(
        database_url=_url(environment, "CIMENTO_DATABASE_URL", DATABASE, databases),
        queue_url=_url(
            environment,
            "CIMENTO_QUEUE_URL",
            f"sqlite:///{ROOT}/var/queue.db",
            {"sqlite", "redis", "rediss"},
        ),
        conversations_url=_url(
            environment,
            "CIMENTO_CONVERSATIONS_URL",
            f"sqlite:///{ROOT}/var/conversations.db",
            databases,
        ),
        rasa_url=_url(
            environment,
            "CIMENTO_RASA_URL",
            f"http://{servers.host}:{servers.port}",
            {"http", "https"},
        ).rstrip("/"),
        api_token=environment.get("CIMENTO_API_TOKEN", ""),
        api_host=environment.get("CIMENTO_FOLLOWUP_HOST") or "127.0.0.1",
        api_port=whole_number(environment, "CIMENTO_FOLLOWUP_PORT", 5006, 1, 65535),
        smtp_url=_url(environment, "CIMENTO_SMTP_URL", "", {"smtp", "smtps"}),
        alert_to=environment.get("CIMENTO_ALERT_TO", ""),
        alert_from=environment.get("CIMENTO_ALERT_FROM") or "cimento@localhost",
        alert_repeat=timedelta(
            minutes=whole_number(environment, "CIMENTO_ALERT_REPEAT_MINUTES", 30, 1)
        ),
        retention=timedelta(days=whole_number(environment, "CIMENTO_RETENTION_DAYS", 90, 1)),
    )
    if bool(settings.smtp_url) != bool(settings.alert_to):
        raise SettingError("CIMENTO_SMTP_URL and CIMENTO_ALERT_TO go together: set both or none.")
    return settings


def require_token(settings: FollowUpSettings) -> str:
    """Return the token of the HTTP API; SettingError when there is none worth the name."""
    if len(settings.api_token) < _SHORTEST_TOKEN:
        raise SettingError(
            f"CIMENTO_API_TOKEN needs {_SHORTEST_TOKEN} characters or more. Make one with: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
        )
    return settings.api_token
