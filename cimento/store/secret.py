"""The secret of this installation, and the keys made from it.

One secret serves every purpose (session tokens, hashes and encryption of numbers): each
gets its own key, so that none of them says anything about another.
"""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cimento.settings.concern import SettingError
from cimento.settings.paths import ROOT
from cimento.settings.storage import SHORTEST_SECRET, StorageSettings

FILE = Path("var/secret")


def read_secret(root: Path = ROOT) -> str:
    """Return the secret of the settings, else of var/secret, made at the first call.

    Raises SettingError when the secret is too short to protect anything.
    """
    if given := StorageSettings.read().secret:
        return given
    file = root / FILE
    secret = file.read_text().strip() if file.exists() else _create(file)
    if not secret:
        raise SettingError(
            f"{FILE} is empty. Give it back the value it had, without which nothing that is stored "
            f"can be read. If nothing is stored yet, remove it: rm {FILE}"
        )
    if len(secret) < SHORTEST_SECRET:
        raise SettingError(
            f"{FILE} has fewer than {SHORTEST_SECRET} characters: give it back the value it had, "
            "or remove it at a first start."
        )
    return secret


def _create(file: Path) -> str:
    """Write a new secret that only this user can read; return the one that is there.

    It appears whole or not at all: neither a crash nor a full disk leaves an empty one.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=file.parent, prefix="secret-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as output:
            output.write(secrets.token_urlsafe(32))
            output.flush()
            os.fsync(output.fileno())
        with suppress(FileExistsError):  # another process was first
            os.link(unfinished, file)
    finally:
        Path(unfinished).unlink()
    return file.read_text().strip()


def derive(purpose: str, secret: str | None = None) -> bytes:
    """Return the 32-byte key of `purpose` ("chat sessions"…), always the same for a secret."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"cimento {purpose}".encode())
    return kdf.derive((secret or read_secret()).encode())
