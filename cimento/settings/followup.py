"""The follow-ups: their API, the assistant they talk to, how long people are kept."""

from datetime import timedelta

from pydantic import validator

from cimento.settings.concern import Concern, setting
from cimento.settings.servers import ServerSettings
from cimento.settings.urls import check_url


class FollowUpSettings(Concern):
    """What the engine is connected to."""

    assistant_url: str = setting(
        "",
        "address of the assistant, for the worker; by default the host and port of this machine",
        env="CIMENTO_RASA_URL",
    )
    api_host: str = setting(
        "127.0.0.1", "address that the follow-ups' API listens on", env="CIMENTO_FOLLOWUP_HOST"
    )
    api_port: int = setting(
        5006, "port of the follow-ups' API", env="CIMENTO_FOLLOWUP_PORT", ge=1, le=65535
    )
    team_url: str = setting(
        "",
        "address of the care team's pages, as their browsers know it: `https://…/equipe/a-faire`; "
        "the e-mails link to it, and the directory sends back there who logs in",
    )
    retention_days: int = setting(
        90, "a person is erased after the last message, either way", "days", ge=1, le=36_500
    )

    @validator("assistant_url")
    def _address(cls, url: str) -> str:
        return check_url(url, "http", "https").rstrip("/") if url else url

    @validator("team_url")
    def _page(cls, url: str) -> str:
        return check_url(url, "https", "http") if url else url

    @property
    def rasa_url(self) -> str:
        """The address of the assistant, without a slash at its end."""
        if self.assistant_url:
            return self.assistant_url
        servers = ServerSettings.read()
        return f"http://{servers.host}:{servers.port}"

    @property
    def retention(self) -> timedelta:
        """How long a person is kept after the last message."""
        return timedelta(days=self.retention_days)
