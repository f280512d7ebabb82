"""Where things are kept, and the secret that protects them."""

from pydantic import validator

from cimento.settings.concern import Concern, setting
from cimento.settings.paths import ROOT
from cimento.settings.urls import check_url

SHORTEST_SECRET = 32  # characters


class StorageSettings(Concern):
    """Databases and the secret of the installation."""

    secret: str = setting(
        "",
        "the secret of the installation: its keys sign sessions, hash and encrypt numbers; "
        f"{SHORTEST_SECRET} characters or more. Made at the first start in `var/secret` when not "
        "given. **Keep it**: without it, stored numbers and words cannot be read",
        secret=True,
    )
    database_url: str = setting(
        f"sqlite:///{ROOT}/var/followup.db",
        "database of the follow-ups and of the SMS channel; "
        "`postgresql://user:password@host/name`, then `cimento followup upgrade`",
        secret=True,
    )
    conversations_url: str = setting(
        f"sqlite:///{ROOT}/var/conversations.db",
        "database of the conversations, for the servers and every command; "
        "`postgresql://user:password@host/name` to share them between servers",
        secret=True,
    )

    spool: str = setting(
        "",
        "folder where alerts wait, encrypted, while the database takes none; best on another "
        "disk than `var/`. By default one of this installation in `/var/tmp`",
    )

    free_megabytes: int = setting(
        200, "the start is refused when the disk of `var/` has less free", "MB", ge=1
    )
    conversation_events: int = setting(
        5_000,
        "of a longer conversation the oldest events are erased (some ten a turn)",
        "events",
        ge=100,
    )
    all_events: int = setting(
        2_000_000,
        "of all conversations together; beyond, whole anonymous ones are erased, the one silent "
        "for longest first (an event takes some 1 kB)",
        "events",
        ge=1_000,
    )

    @validator("secret")
    def _long_enough(cls, secret: str) -> str:
        if secret and len(secret) < SHORTEST_SECRET:
            raise ValueError(
                f"has fewer than {SHORTEST_SECRET} characters. Make one with: "
                'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
        return secret

    @validator("database_url", "conversations_url")
    def _database(cls, url: str) -> str:
        return check_url(url, "sqlite", "postgresql")
