"""Who is called when an alert waits for somebody."""

import base64
import binascii
from datetime import timedelta
from pathlib import Path

from pydantic import validator

from cimento.settings.concern import Concern, setting
from cimento.settings.paths import ROOT

_SECRET = "whsec_"  # how a secret of Standard Webhooks begins
_SHORTEST = 24  # bytes


class OnCallSettings(Concern):
    """The rota, and how long an alert waits for each of those who stand on it."""

    class Config:
        env_prefix = "CIMENTO_ON_CALL_"

    file: str = setting(
        "", "the rota, a file that docs/followup.md describes; without it nobody is called"
    )
    urgent_minutes: int = setting(
        5, "an urgent alert waits so long before the next one on duty is called", "minutes", ge=1
    )
    other_minutes: int = setting(15, "and another alert", "minutes", ge=1)
    secret: str = setting(
        "",
        f"signs calls to a webhook, `{_SECRET}` and the base64 of {_SHORTEST} bytes or more "
        "(Standard Webhooks)",
        secret=True,
    )

    @validator("secret")
    def _signs(cls, secret: str) -> str:
        if secret and len(_decoded(secret)) < _SHORTEST:
            raise ValueError(
                f"give {_SECRET} and the base64 of {_SHORTEST} bytes or more: "
                f"echo {_SECRET}$(openssl rand -base64 {_SHORTEST})"
            )
        return secret

    @property
    def path(self) -> Path | None:
        """Where the rota is, None when there is none."""
        return ROOT / self.file if self.file else None

    @property
    def key(self) -> bytes:
        """What signs, empty when nothing is signed."""
        return _decoded(self.secret)

    @property
    def urgent(self) -> timedelta:
        """How long an urgent alert waits for one person."""
        return timedelta(minutes=self.urgent_minutes)

    @property
    def other(self) -> timedelta:
        """How long another one does."""
        return timedelta(minutes=self.other_minutes)


def _decoded(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_SECRET), validate=True)
    except binascii.Error:
        return b""
