"""The hospital's directory, by OpenID Connect: who somebody is, and the role that it gives them.

Authlib speaks the protocol (OpenID Connect Core 1.0: the code flow, with PKCE) and checks what
comes back: state, signature, issuer, audience, nonce and expiry.
"""

import logging
from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OpenIDMixin
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException

from cimento.settings.login import LoginSettings
from cimento.team.access import PageRefused
from cimento.team.claims import Person, held, person

logger = logging.getLogger(__name__)
_SECONDS = 10  # that the directory is waited for
# Signatures that need the directory's private key: neither "none" nor one made with our secret.
_SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@dataclass(frozen=True)
class Attempt:
    """A login that has begun: what its answer must match."""

    url: str  # of the directory, where the browser goes
    state: str
    nonce: str
    verifier: str  # of PKCE


class _Session(OAuth2Session):
    """Waits for nobody for ever."""

    def request(self, *arguments: Any, **options: Any) -> Any:
        options.setdefault("timeout", _SECONDS)
        return super().request(*arguments, **options)


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):
    """Authlib's client, over requests, of one issuer alone."""

    client_cls = _Session
    issuer = ""

    def load_server_metadata(self) -> Any:
        found = super().load_server_metadata()
        if found.get("issuer") != self.issuer:
            self.server_metadata.clear()
            raise ValueError("the configuration found there is of another issuer")
        offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [a for a in offered if a in _SIGNED]
        return found


def open_directory() -> "Directory | None":
    """Return the directory of the settings, None when the team has accounts of this installation.
    Raises SettingError."""
    settings = LoginSettings.read()
    return Directory(settings, settings.address) if settings.login == "oidc" else None


class Directory:
    """The directory of the settings. `address`: of the pages, as browsers know it, `https://host`.

    It is first asked when somebody logs in: these pages start without it.
    """

    def __init__(self, settings: LoginSettings, address: str) -> None:
        self._settings = settings
        self._after = f"{address}/equipe/connexion"
        self._back = f"{self._after}/retour"
        self._client = _Client(
            None,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            client_kwargs={"scope": settings.oidc_scope, "code_challenge_method": "S256"},
            server_metadata_url=settings.oidc_issuer.rstrip("/")
            + "/.well-known/openid-configuration",
        )
        self._client.issuer = settings.oidc_issuer

    def begin(self) -> Attempt:
        """Begin a login. Raises PageRefused when the directory does not answer.

        The directory is told to ask who is there, although it may know: else whoever sits down
        at a shared computer after these pages have closed would be the one who left it.
        """
        asked = {"prompt": "login"}
        if self._settings.oidc_acr:
            asked["acr_values"] = self._settings.oidc_acr
        try:
            begun = self._client.create_authorization_url(self._back, **asked)
        except (RequestException, RuntimeError, ValueError) as error:
            raise _unreachable(error) from error
        return Attempt(begun["url"], begun["state"], begun["nonce"], begun["code_verifier"])

    def finish(self, answer: str, attempt: Attempt) -> Person:
        """Return who has logged in, by the address with which the directory sent the browser back.
        Raises PageRefused when this cannot be believed, or they have no role here."""
        try:
            token = self._client.fetch_access_token(
                redirect_uri=self._back,
                authorization_response=answer,
                state=attempt.state,
                code_verifier=attempt.verifier,
            )
            claims = self._client.parse_id_token(
                token, attempt.nonce, claims_options=self._claims_options()
            )
            if claims is None:
                raise ValueError("no ID token")
            return person(self._settings, self._completed(dict(claims), token), token["id_token"])
        except RequestException as error:
            raise _unreachable(error) from error
        except (AuthlibBaseError, JoseError, RuntimeError, ValueError) as error:
            # Names of claims and codes of errors: neither a description nor a value.
            told = getattr(error, "claim", None) or getattr(error, "error", "")
            logger.warning("The directory's answer is refused: %s %s", type(error).__name__, told)
            raise not_believed() from error

    def log_out_url(self, id_token: str | None) -> str | None:
        """Return where the browser goes to be logged out of the directory too, None when the
        directory has no such address or does not answer."""
        try:
            if not self._client.load_server_metadata().get("end_session_endpoint"):
                return None
            return str(
                self._client.create_logout_url(
                    self._after, id_token, client_id=self._settings.oidc_client_id
                )["url"]
            )
        except (RequestException, RuntimeError, ValueError):
            logger.warning("The directory does not answer: somebody is logged out here alone.")
            return None

    def _claims_options(self) -> dict[str, Any]:
        needed: dict[str, Any] = {
            "iss": {"essential": True, "value": self._settings.oidc_issuer},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
            "exp": {"essential": True},
        }
        if self._settings.oidc_acr:
            needed["acr"] = {"essential": True, "value": self._settings.oidc_acr}
        return needed

    def _completed(self, claims: dict[str, Any], token: Any) -> dict[str, Any]:
        """Return the claims, with those of the userinfo endpoint when no role is among them."""
        metadata = self._client.load_server_metadata()
        if held(claims, self._settings.oidc_role_claim) or not metadata.get("userinfo_endpoint"):
            return claims
        more = self._client.userinfo(token=token)
        if more.get("sub") != claims["sub"]:
            raise ValueError("the userinfo is of somebody else")
        return {**more, **claims}


def not_believed() -> PageRefused:
    """Return what to raise when an answer is not one to what was asked."""
    return PageRefused(
        400,
        "La connexion n'a pas abouti",
        "Recommencez. Si cela se répète, prévenez l'informatique.",
    )


def _unreachable(error: Exception) -> PageRefused:
    logger.warning("The directory cannot be used: %s", type(error).__name__)
    return PageRefused(
        503,
        "L'annuaire de l'hôpital ne répond pas",
        "Réessayez dans une minute, ou prévenez l'informatique. Les SMS continuent.",
    )
