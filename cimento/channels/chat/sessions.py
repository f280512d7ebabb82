"""Who is writing, without knowing who: opaque tokens that only the server can make.

A token is encrypted and signed (Fernet): it hides the conversation it opens, and nobody
can choose or guess another's. It expires when unused; each answer brings a fresh one.
"""

import json
import secrets

from cryptography.fernet import InvalidToken

from cimento.channels.chat.refusals import Refusal
from cimento.store.vault import cipher

# Tells the chat's conversations from those of the other channels in the tracker store.
PREFIX = "chat-"


class Sessions:
    """Make and read the tokens of conversations and of answers."""

    def __init__(self, idle_minutes: int) -> None:
        self._idle_seconds = 60 * idle_minutes
        self._conversations = cipher("chat sessions")
        self._answers = cipher("chat answers")

    @staticmethod
    def new_conversation() -> str:
        """Return the id of a new conversation: 128 random bits."""
        return PREFIX + secrets.token_hex(16)

    def token(self, conversation: str) -> str:
        """Return a fresh token that opens `conversation`."""
        return self._conversations.encrypt(conversation.encode()).decode()

    def conversation(self, token: str) -> str:
        """Return the id of the conversation that `token` opens; Refusal when it opens none."""
        try:
            return self._conversations.decrypt(_bytes(token), ttl=self._idle_seconds).decode()
        except InvalidToken as error:
            raise Refusal(self._why(token)) from error

    def _why(self, token: str) -> str:
        """Return the code for a token that was refused: ours but too old, or not ours."""
        try:
            self._conversations.decrypt(_bytes(token))
        except InvalidToken:
            return "session_invalid"
        return "session_expired"

    def answer(self, conversation: str, topic: str) -> str:
        """Return the token of one answer on `topic`, to judge it by."""
        content = json.dumps([conversation, topic, secrets.token_hex(8)])
        return self._answers.encrypt(content.encode()).decode()

    def judged(self, conversation: str, answer: str) -> tuple[str, str]:
        """Return the topic and the unique id of an answer given in `conversation`.

        Raises Refusal when this answer was never given there.
        """
        try:
            owner, topic, unique = json.loads(self._answers.decrypt(_bytes(answer)))
        except InvalidToken as error:
            raise Refusal("answer_unknown") from error
        if owner != conversation:
            raise Refusal("answer_unknown")
        return topic, unique


def _bytes(token: str) -> bytes:
    """Return `token` as bytes, whatever a client put there: lone surrogates among them."""
    return token.encode(errors="replace")
