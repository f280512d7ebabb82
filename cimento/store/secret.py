"""The secret of this installation, and the keys made from it.

One secret serves every purpose (session tokens, hashes and encryption of numbers): each
gets its own key, so that none of them says anything about another.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cimento.settings.paths import ROOT
from cimento.settings.servers import SettingError

VARIABLE = "CIMENTO_SECRET"
FILE = Path("var/secret")
_MIN_CHARACTERS = 32


def read_secret(environment: Mapping[str, str] = os.environ, root: Path = ROOT) -> str:
    """Return the secret of CIMENTO_SECRET, else of var/secret, made at the first call.

    Raises SettingError when the secret is too short to protect anything.
    """
    file = root / FILE
    secret = environment.get(VARIABLE) or (file.read_text().strip() if file.exists() else "")
    if not secret:
        secret = _create(file)
    if len(secret) < _MIN_CHARACTERS:
        raise SettingError(
            f"{VARIABLE} has fewer than {_MIN_CHARACTERS} characters. Make one with: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
        )
    return secret


def _create(file: Path) -> str:
    """Write a new secret that only this user can read; return the one that is there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as output:
        output.write(secret := secrets.token_urlsafe(32))
    return secret


def derive(purpose: str, secret: str | None = None) -> bytes:
    """Return the 32-byte key of `purpose` ("chat sessions"…), always the same for a secret."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"cimento {purpose}".encode())
    return kdf.derive((secret or read_secret()).encode())
