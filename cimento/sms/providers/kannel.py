"""Kannel, the gateway between a hospital and its operator (SMPP): HTTP both ways.

docs/sms.md has the configuration of its side. Requests from smsbox carry a shared secret.
"""

import hmac
import http.client
import urllib.error
import urllib.request
from urllib.parse import urlencode

from cimento.settings.sms import SmsSettings
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import (
    MAX_ID,
    Inbound,
    PermanentFailure,
    Provider,
    Received,
    Refused,
    Report,
    ReportedState,
    Route,
    TemporaryFailure,
    UncertainFailure,
    fields,
    required,
)

TIMEOUT = 15  # seconds
# dlr-mask: delivered, not delivered, accepted by the SMSC, refused by the SMSC; not 4, queued.
_REPORTS: dict[str, ReportedState] = {
    "1": "delivered",
    "2": "failed",
    "8": "accepted",
    "16": "failed",
}
_MASK = sum(int(value) for value in _REPORTS)
_REPORT_ROUTE = Route("GET", "/kannel/dlr")
_ACCEPTED = ("0:", "3:")  # "Accepted for delivery", "Queued for later delivery"


class KannelProvider(Provider):
    """SMS through Kannel's smsbox: sendsms, get-url and dlr-url."""

    name = "kannel"
    inbound = Route("GET", "/kannel")
    reports = _REPORT_ROUTE
    # Empty: with omit-empty, smsbox sends nothing; the answer goes through sendsms.

    def __init__(self, settings: SmsSettings, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._settings = settings

    def _fields(self, received: Received) -> dict[str, str]:
        """Return the query of a request that has the secret, one character for each byte.

        smsbox puts the bytes of the message in the URL, in whatever charset it came.
        """
        found = fields(received.query, encoding="latin-1")
        secret = found.get("secret", "").encode("latin-1")
        if not hmac.compare_digest(secret, self._settings.kannel_secret.encode()):
            raise Refused(403, "the secret is wrong")
        return found

    def read(self, received: Received) -> Inbound:
        found = self._fields(received)
        return Inbound(
            id=required(found, "id", MAX_ID),
            number=_international(required(found, "from")),
            text=_decode(found.get("text", "").encode("latin-1"), found.get("charset", "")),
        )

    def read_report(self, received: Received) -> Report | None:
        found = self._fields(received)
        reference = required(found, "reference", MAX_ID)
        state = _REPORTS.get(found.get("state", ""))
        return Report(reference, state) if state else None

    def _report_url(self, reference: str) -> str:
        query = urlencode({"secret": self._settings.kannel_secret, "reference": reference})
        # %d, the state, is for smsbox to fill: it must not be encoded.
        return f"{self._settings.public_url}/webhooks/sms{_REPORT_ROUTE.path}?{query}&state=%d"

    def _transmit(self, number: str, text: str, reference: str) -> str:
        query = {
            "username": self._settings.kannel_user,
            "password": self._settings.kannel_password,
            "from": self._settings.kannel_from,
            "to": number,
            "text": text,
            "charset": "UTF-8",
            "coding": "0",  # GSM-7
            "dlr-mask": str(_MASK),
            "dlr-url": self._report_url(reference),
        }
        url = f"{self._settings.kannel_send_url}?{urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as reply:
                answer = reply.read(1000).decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            raise _failure(error.code, error.read(1000).decode("utf-8", "replace")) from None
        except urllib.error.URLError:
            # The connection was not made. One that breaks later raises what follows.
            raise TemporaryFailure("Kannel cannot be reached") from None
        except (OSError, http.client.HTTPException) as error:
            raise UncertainFailure(f"Kannel's answer broke off ({type(error).__name__})") from None
        if not answer.startswith(_ACCEPTED):
            raise UncertainFailure("Kannel's answer is not one of smsbox's")
        return reference  # smsbox gives no id of its own


def _failure(status: int, answer: str) -> Exception:
    """Return what an error of sendsms means. Its text is not repeated: it may hold the number."""
    if status >= 500:
        return TemporaryFailure(f"Kannel answered {status}")
    if "uthorization" in answer:
        return TemporaryFailure("Kannel refuses CIMENTO_KANNEL_USER or CIMENTO_KANNEL_PASSWORD")
    if "Not routable" in answer or "denied" in answer:
        return PermanentFailure("Kannel refuses the number: not routable, or on a black list")
    return TemporaryFailure(f"Kannel answered {status}: see smsbox's log")


def _international(number: str) -> str:
    """Return `number` with its plus, which operators and unencoded URLs drop."""
    digits = number.strip()
    return f"+{digits}" if digits.isdecimal() and digits[0] != "0" and len(digits) > 10 else digits


def _decode(content: bytes, charset: str) -> str:
    """Return the text of a message; what its charset cannot mean is replaced, never refused."""
    if charset.upper() in ("UTF-16BE", "UCS-2"):
        return content.decode("utf-16-be", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("windows-1252", "replace")
