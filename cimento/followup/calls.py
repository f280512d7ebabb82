"""How somebody on duty is called: by SMS, by e-mail, by a signed webhook.

What is said is how many alerts wait, and where: no patient's number, words, reference or symptom.
"""

import base64
import hashlib
import hmac
import json
import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import requests

from cimento.followup.mail import Mailer
from cimento.followup.models import State
from cimento.followup.rota import OnDuty
from cimento.sms.gateway import Gateway, PermanentFailure, TemporaryFailure

logger = logging.getLogger(__name__)

_SECONDS = 15  # for a webhook to answer


@dataclass(frozen=True)
class Waiting:
    """How many alerts one call is about."""

    urgent: int
    others: int

    def text(self, page: str) -> str:
        """Return what is said, in French, of GSM-7 alone. `page`: where they are taken."""
        parts = [
            f"{count} alerte{'s' if count > 1 else ''}{kind}"
            for count, kind in (
                (self.urgent, " urgente" + ("s" if self.urgent > 1 else "")),
                (self.others, ""),
            )
            if count
        ]
        return " ".join(filter(None, (f"Cimento : {' et '.join(parts)} à prendre.", page)))


@dataclass(frozen=True)
class Caller:
    """Calls by all the ways that somebody has. `key` signs webhooks; `page`: where alerts are
    taken, if there is a page."""

    gateway: Gateway
    mailer: Mailer | None = None
    key: bytes = field(default=b"", repr=False)
    page: str = ""

    def call(self, one: OnDuty, waiting: Waiting, reference: str, at: datetime) -> State:
        """Call somebody: SENT when one way took it, PENDING when it may be tried again, UNKNOWN
        when nobody can tell, FAILED. An SMS leaves once for each `reference`, whatever breaks; an
        e-mail and a webhook may come twice."""
        ways: list[Callable[[], object]] = []
        text = waiting.text(self.page)
        if one.sms:
            ways.append(lambda: self.gateway.send(one.sms, text, reference))
        if one.email and self.mailer:
            to = replace(self.mailer, to=one.email)
            ways.append(lambda: to.send(text.removesuffix(self.page).strip(), text))
        if one.webhook:
            ways.append(lambda: self._post(one.webhook, waiting, reference, at))
        states = [_state(way) for way in ways]
        order = (State.SENT, State.PENDING, State.UNKNOWN)
        return next((state for state in order if state in states), State.FAILED)

    def _post(self, url: str, waiting: Waiting, reference: str, at: datetime) -> None:
        """Post to a webhook, signed as Standard Webhooks has it: the same id, the same call."""
        data = {"urgent": waiting.urgent, "others": waiting.others, "page": self.page}
        event = {"type": "alerts.waiting", "timestamp": at.isoformat(), "data": data}
        body, stamp = json.dumps(event), str(int(at.timestamp()))
        signed = hmac.new(self.key, f"{reference}.{stamp}.{body}".encode(), hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": reference,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(signed.digest()).decode()}",
        }
        try:
            reply = requests.post(
                url, body, headers=headers, timeout=_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            # Not `str(error)`: an address may hold a password.
            raise TemporaryFailure(type(error).__name__) from None
        if reply.status_code // 100 == 5 or reply.status_code == 429:
            raise TemporaryFailure(f"answered {reply.status_code}")
        if reply.status_code // 100 != 2:
            raise PermanentFailure(f"answered {reply.status_code}")


def _state(way: Callable[[], object]) -> State:
    """Return what became of one way."""
    try:
        way()
    except (TemporaryFailure, OSError, smtplib.SMTPException) as error:
        logger.error("A call to somebody on duty is tried again: %s.", type(error).__name__)
        return State.PENDING
    except PermanentFailure as error:
        logger.error("A call to somebody on duty failed: %s.", type(error).__name__)
        return State.FAILED
    except Exception as error:  # it may have gone out
        logger.error("A call to somebody on duty is uncertain: %s.", type(error).__name__)
        return State.UNKNOWN
    return State.SENT
