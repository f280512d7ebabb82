"""What the chat refuses, and how it says so to the patient."""

from typing import Any

# A message that was refused was not read, and may be an alarm: the emergency numbers come first.
_URGENT = (
    "En cas d'urgence, appelez le 15 ou le 112. Si vous ne pouvez pas parler ou "
    "entendre\u00a0: envoyez un SMS au 114. "
)
_MESSAGES = {
    "origin_not_allowed": (
        403,
        _URGENT + "Ce site n'est pas autorisé à utiliser cet assistant.",
    ),
    "session_missing": (401, _URGENT + "La conversation n'a pas commencé. Rechargez la page."),
    "session_invalid": (
        401,
        _URGENT + "La conversation n'est pas reconnue. Une nouvelle commence.",
    ),
    "session_expired": (401, _URGENT + "La conversation a expiré. Une nouvelle commence."),
    "button_not_offered": (403, _URGENT + "Ce choix n'est plus proposé. Écrivez votre question."),
    "body_too_large": (413, _URGENT + "Le message est trop long. Écrivez-le en plus court."),
    "not_json": (415, _URGENT + "La demande doit être en JSON (Content-Type: application/json)."),
    "malformed": (400, _URGENT + "La demande est mal formée."),
    "message_empty": (400, _URGENT + "Le message est vide. Écrivez votre question."),
    "message_too_long": (
        400,
        _URGENT + "Le message dépasse {max_characters} caractères. Écrivez-le en plus court.",
    ),
    "answer_unknown": (400, "Cette réponse n'est pas connue."),
    "too_many_messages": (
        429,
        _URGENT + "Vous écrivez trop vite. Réessayez dans {seconds} secondes.",
    ),
}


class Refusal(Exception):
    """A request that is refused: `code` is a key of the messages above.

    `retry_after`: seconds, when trying again later makes sense.
    """

    def __init__(self, code: str, retry_after: int | None = None, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.status, message = _MESSAGES[code]
        self.message = message.format(seconds=retry_after, **values)

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        error = {"code": self.code, "message": self.message}
        return {"error": error | ({"retry_after": self.retry_after} if self.retry_after else {})}
