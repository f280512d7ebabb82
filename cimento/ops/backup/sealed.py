"""The secret of the installation in a copy: encrypted to somebody's public key, or not at all."""

import shutil
import subprocess
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cimento.ops.backup.prints import BackupError
from cimento.settings.paths import ROOT
from cimento.settings.storage import StorageSettings
from cimento.store.secret import FILE, derive, read_secret
from cimento.store.vault import VaultError, conversation_id, decrypt

_PERSON = sa.table("person", sa.column("conversation_id"), sa.column("number"))


def has_secret(root: Path = ROOT) -> bool:
    """Return whether this installation has a secret already: none is made for a copy."""
    return bool(StorageSettings.read().secret) or (root / FILE).exists()


def witness(secret: str | None = None) -> str:
    """Return what tells whether a secret (this installation's by default) is the same as another,
    without telling it."""
    return derive("backup witness", secret).hex()


def encrypt_secret(folder: Path, recipient: str) -> Path:
    """Write the secret, encrypted to `recipient`, into `folder`; return the file.

    `recipient`: a key of age (age1…, ssh-…), else whatever gpg knows a key by.
    """
    if recipient.startswith(("age1", "ssh-")):
        program, file = "age", folder / "secret.age"
        command = ["age", "--recipient", recipient, "--output", str(file)]
    else:
        program, file = "gpg", folder / "secret.gpg"
        command = ["gpg", "--batch", "--trust-model", "always", "--encrypt"]
        command += ["--recipient", recipient, "--output", str(file)]
    if not shutil.which(program):
        raise BackupError(f"{program} is not installed: apt-get install {program}")
    done = subprocess.run(command, input=read_secret().encode(), capture_output=True)
    if done.returncode:
        raise BackupError(f"{program} cannot encrypt to this recipient: is its public key here?")
    return file


def keep_secret(secret: str, expected: str, root: Path = ROOT) -> None:
    """Write a secret that was given back to var/secret, which must not exist.

    Raises BackupError when it is not the one whose witness is `expected`.
    """
    if not secret or witness(secret) != expected:
        raise BackupError("The secret that was given is not the one that the copy was made with.")
    if has_secret(root):
        raise BackupError(
            "This installation has a secret already (CIMENTO_SECRET or var/secret), which is not "
            "overwritten: leave out --secret-file if it is the right one."
        )
    (root / FILE).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / FILE).touch(mode=0o600)
    (root / FILE).write_text(secret)


def decrypts_a_number(connection: Connection) -> bool:
    """Return whether there was a number to decrypt. Raises BackupError when it is not the one.

    Its conversation is named by a keyed hash of it: both keys are proven by one row.
    """
    if not sa.inspect(connection).has_table(_PERSON.name):
        return False
    row = connection.execute(sa.select(_PERSON).limit(1)).first()
    if row is None:
        return False
    try:
        if conversation_id(decrypt(row.number)) == row.conversation_id:
            return True
    except VaultError:
        pass
    raise BackupError("A number in the copy cannot be decrypted with this installation's secret.")
