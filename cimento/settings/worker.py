"""What the follow-ups' worker alone needs: its queue, and how the team is told by e-mail."""

from datetime import timedelta
from typing import Any

from pydantic import root_validator, validator

from cimento.settings.concern import Concern, setting
from cimento.settings.paths import ROOT
from cimento.settings.urls import check_url


class WorkerSettings(Concern):
    """The queue, and the e-mails about alerts."""

    queue_url: str = setting(
        f"sqlite:///{ROOT}/var/queue.db",
        "queue of the worker; `redis://:password@host:6379/0` to share it",
        secret=True,
    )
    smtp_url: str = setting(
        "",
        "server for the e-mails about alerts: `smtp://user:password@host:587` (STARTTLS), "
        "`smtps://…:465`; its certificate must be one that this machine trusts (SSL_CERT_FILE "
        "names those of the hospital); without it nobody is e-mailed",
        secret=True,
    )
    alert_to: str = setting("", "addresses of the team, several with commas")
    alert_from: str = setting("cimento@localhost", "sender of these e-mails")
    alert_repeat_minutes: int = setting(
        30, "an urgent alert that nobody takes care of is e-mailed again after", "minutes", ge=1
    )

    @validator("queue_url")
    def _queue(cls, url: str) -> str:
        return check_url(url, "sqlite", "redis", "rediss")

    @validator("smtp_url")
    def _server(cls, url: str) -> str:
        return check_url(url, "smtp", "smtps") if url else url

    @root_validator(skip_on_failure=True)
    def _both_or_none(cls, values: dict[str, Any]) -> dict[str, Any]:
        if bool(values["smtp_url"]) != bool(values["alert_to"]):
            raise ValueError("CIMENTO_SMTP_URL and CIMENTO_ALERT_TO go together: set both or none.")
        return values

    @property
    def alert_repeat(self) -> timedelta:
        """After how long an urgent alert is e-mailed again."""
        return timedelta(minutes=self.alert_repeat_minutes)
