"""What hides patients: the keyed hash that names a conversation, and encryption at rest."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from cimento.store.secret import derive

# A key for each.
NUMBERS, WORDS, CONVERSATIONS = "sms numbers", "alert words", "conversations"
WARD, NOTES = "ward references", "team notes"
_BY_SMS, _HEX_DIGITS = "sms-", 32


class VaultError(Exception):
    """Something was encrypted with another secret; the message says what to do."""


def conversation_id(number: str) -> str:
    """Return the name of the conversation with an E.164 number: a keyed hash, "sms-…".

    The same number always gives the same name; without the secret of the installation,
    trying all numbers does not give it back.
    """
    return f"{_BY_SMS}{keyed_hash(number, 'sms conversation')[:_HEX_DIGITS]}"


def keyed_hash(text: str, purpose: str) -> str:
    """Return what finds the same `text` again without telling it (HMAC-SHA256, hexadecimal)."""
    return hmac.new(derive(purpose), text.encode(), hashlib.sha256).hexdigest()


def is_by_sms(conversation: str) -> bool:
    """Return whether a conversation, by its name, is one with a number."""
    return conversation.startswith(_BY_SMS)


def cipher(purpose: str) -> Fernet:
    """Return what encrypts and signs for `purpose` with the installation's secret."""
    return Fernet(base64.urlsafe_b64encode(derive(purpose)))


def encrypt(text: str, purpose: str = NUMBERS) -> str:
    """Return `text` encrypted, as ASCII."""
    return cipher(purpose).encrypt(text.encode()).decode()


def decrypt(token: str, purpose: str = NUMBERS) -> str:
    """Return what `encrypt` was given. Raises VaultError when the secret has changed."""
    try:
        return cipher(purpose).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise unreadable() from error


def unreadable() -> VaultError:
    """Return what to raise when the secret has changed."""
    return VaultError(
        "What is stored was encrypted with another secret: give back to CIMENTO_SECRET "
        "(or var/secret) the value it had."
    )
