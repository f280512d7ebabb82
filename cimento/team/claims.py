"""What the directory says of somebody, in claims: their name, and the role that it gives them."""

from dataclasses import dataclass
from typing import Any

from cimento.followup.enrolment import EnrolmentRefused, check_name
from cimento.settings.login import LoginSettings
from cimento.store.vault import keyed_hash
from cimento.team.access import PageRefused
from cimento.team.roles import Role
from cimento.team.sessions import OF_DIRECTORY

# Of somebody who has several roles, the first of these.
_ORDER = (Role.COORDINATOR, Role.NURSE, Role.READER, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Person:
    """Somebody whom the directory knows. `login` is always the same for one person and one
    directory; `id_token` is what logs them out there."""

    login: str
    name: str
    username: str
    role: Role
    id_token: str


def person(settings: LoginSettings, claims: dict[str, Any], id_token: str) -> Person:
    """Return who the claims of the directory are about. Raises PageRefused when they have no role
    here, ValueError when their name is none."""
    has, names = held(claims, settings.oidc_role_claim), settings.role_names
    roles = [role for role in _ORDER if has & names.get(role.value, frozenset())]
    if not roles:
        raise PageRefused(
            403,
            "Vous n'avez pas de rôle ici",
            "L'annuaire de l'hôpital vous connaît, mais ne vous donne pas accès à ces pages. "
            "Demandez un rôle à l'informatique.",
        )
    parts = (str(claims.get(part, "")) for part in ("given_name", "family_name"))
    username = str(claims.get("preferred_username") or claims["sub"])
    try:
        name = check_name(str(claims.get("name") or " ".join(parts).strip() or username))
    except EnrolmentRefused as error:
        raise ValueError("the name is none") from error
    same = keyed_hash(f"{settings.oidc_issuer} {claims['sub']}", "team directory")
    return Person(OF_DIRECTORY + same[:32], name, username, roles[0], id_token)


def held(claims: dict[str, Any], path: str) -> frozenset[str]:
    """Return what a claim holds; a dot in `path` goes inside, unless a claim is called so."""
    found: Any = claims
    for part in [path] if path in claims else path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    values = found if isinstance(found, list) else [found]
    return frozenset(str(value) for value in values if isinstance(value, str | int))
