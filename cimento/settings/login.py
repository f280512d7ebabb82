"""Who gets in to the care team's pages: by accounts kept here, or by the hospital's directory."""

from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import root_validator, validator

from cimento.settings.concern import Concern, SettingError, setting
from cimento.settings.followup import FollowUpSettings
from cimento.settings.urls import check_url

ROLES = ("reader", "nurse", "coordinator", "administrator")
HERE = ("localhost", "127.0.0.1", "::1")


class LoginSettings(Concern):
    """How the care team logs in: one way or the other, never both."""

    login: Literal["local", "oidc"] = setting(
        "local",
        "accounts of this installation (`local`), or the hospital's directory by OpenID Connect "
        "(`oidc`): docs/login.md",
    )
    oidc_issuer: str = setting(
        "", "the directory's issuer, `https://…`; its configuration is read below it"
    )
    oidc_client_id: str = setting("", "name of these pages in the directory")
    oidc_client_secret: str = setting("", "secret of these pages in the directory", secret=True)
    oidc_scope: str = setting("openid profile", "what is asked for, with spaces; has `openid`")
    oidc_acr: str = setting(
        "", "level of authentication that is asked for, and that the answer must have: `eidas1`"
    )
    oidc_role_claim: str = setting(
        "roles", "claim that holds the roles; a dot goes inside: `realm_access.roles`"
    )
    oidc_roles: str = setting(
        ";".join(f"{role}={role}" for role in ROLES),
        "what that claim holds for each role: `nurse=Infirmiers;coordinator=Cadres`; a role may "
        "stand there several times",
    )

    @validator("oidc_issuer")
    def _issuer(cls, url: str) -> str:
        if url and urlsplit(check_url(url, "https", "http")).hostname not in HERE:
            check_url(url, "https")
        return url

    @validator("oidc_scope")
    def _scope(cls, scope: str) -> str:
        if "openid" not in scope.split():
            raise ValueError("must have openid: openid profile")
        return scope

    @validator("oidc_roles")
    def _roles(cls, value: str) -> str:
        for part in _parts(value):
            role, _, held = part.partition("=")
            if role.strip() not in ROLES or not held.strip():
                raise ValueError(f"write ROLE=VALUE;ROLE=VALUE, with roles of {', '.join(ROLES)}")
        return value

    @root_validator(skip_on_failure=True)
    def _one_way(cls, values: dict[str, Any]) -> dict[str, Any]:
        needed = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
        if values["login"] == "oidc":
            missing = [cls.variable(name) for name in needed if not values[name]]
            if missing:
                raise ValueError(f"CIMENTO_LOGIN=oidc needs {' and '.join(missing)}.")
        elif given := [cls.variable(name) for name in needed if values[name]]:
            raise ValueError(
                f"{given[0]} is set and CIMENTO_LOGIN is local: set CIMENTO_LOGIN=oidc, or "
                f"unset {' and '.join(given)}."
            )
        return values

    def check(self) -> None:
        """Raise SettingError when the pages could not be logged in to."""
        if self.login == "oidc":
            _ = self.address

    @property
    def address(self) -> str:
        """Where browsers find the pages: `https://host`. Raises SettingError when CIMENTO_TEAM_URL,
        to which the directory sends back, does not say it."""
        parts = urlsplit(FollowUpSettings.read().team_url)
        if not parts.netloc or not parts.path.startswith("/equipe"):
            raise SettingError(
                "CIMENTO_LOGIN=oidc needs CIMENTO_TEAM_URL, the pages' address as browsers know "
                "it: https://suivi.hopital.example/equipe/a-faire"
            )
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def role_names(self) -> dict[str, frozenset[str]]:
        """What the claim may hold for each role; a role that nobody may have is left out."""
        pairs = [part.partition("=")[::2] for part in _parts(self.oidc_roles)]
        return {
            role: held
            for role in ROLES
            if (held := frozenset(value.strip() for name, value in pairs if name.strip() == role))
        }


def _parts(value: str) -> list[str]:
    return [part for part in value.split(";") if part.strip()]
