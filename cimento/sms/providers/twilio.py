"""Twilio: its official client to send, its signature on all that it asks of us."""

import logging
from urllib.parse import urlencode

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

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

# At INFO the client logs the addresses it calls, and at DEBUG headers with the token.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)

TIMEOUT = 15  # seconds
_REPORT_ROUTE = Route("POST", "/twilio/status")
# Error codes (https://www.twilio.com/docs/api/errors) of numbers that no retry will reach.
_OPTED_OUT = 21610
_UNREACHABLE = {21211, 21214, 21217, 21265, 21408, 21612, 21614, _OPTED_OUT}
_ACCEPTED_OR_NOT = {500, 502, 504}
_STATES: dict[str, ReportedState] = {
    "sent": "accepted",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
}


class TwilioProvider(Provider):
    """SMS through Twilio's REST API and webhooks."""

    name = "twilio"
    inbound = Route("POST", "/twilio")
    reports = _REPORT_ROUTE
    # No <Message>: the answer is sent through the API, as every message.
    acknowledgement = ('<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml")

    def __init__(
        self, settings: SmsSettings, ledger: Ledger, http_client: HttpClient | None = None
    ) -> None:
        super().__init__(ledger)
        self._settings = settings
        self._validator = RequestValidator(settings.twilio_auth_token)
        self._client = Client(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            http_client=http_client or TwilioHttpClient(timeout=TIMEOUT),
        )

    def _form(self, received: Received) -> dict[str, str]:
        """Return the form of a request signed by Twilio; Refused otherwise."""
        try:
            form = fields(received.body.decode())
        except UnicodeDecodeError as error:
            raise Refused(400, "the body is not UTF-8") from error
        # The address as Twilio called it; behind a proxy, not the one we are called by.
        url = self._settings.public_url + received.path_and_query
        signature = received.headers.get("x-twilio-signature", "")
        if not self._validator.validate(url, form, signature):
            raise Refused(403, "the signature is not Twilio's")
        return form

    def read(self, received: Received) -> Inbound:
        form = self._form(received)
        media = form.get("NumMedia") or "0"
        return Inbound(
            id=required(form, "MessageSid", MAX_ID),
            number=required(form, "From"),
            text=form.get("Body", ""),
            media=int(media) if media.isdecimal() and len(media) < 4 else 0,
        )

    def read_report(self, received: Received) -> Report | None:
        form = self._form(received)
        reference = required(fields(received.query), "reference", MAX_ID)
        state = _STATES.get(form.get("MessageStatus", ""))
        return Report(reference, state) if state else None

    def _transmit(self, number: str, text: str, reference: str) -> str:
        callback = f"{self._settings.public_url}/webhooks/sms{_REPORT_ROUTE.path}"
        try:
            message = self._client.messages.create(
                to=number,
                from_=self._settings.twilio_from,
                body=text,
                status_callback=f"{callback}?{urlencode({'reference': reference})}",
            )
        except TwilioRestException as error:
            raise _failure(error) from None  # its text may hold the number
        except (requests.RequestException, ValueError) as error:
            raise _broken(error) from None
        return str(message.sid)


def _failure(error: TwilioRestException) -> Exception:
    if error.code in _UNREACHABLE:
        reason = f"Twilio refuses the number (error {error.code})"
        return PermanentFailure(reason, opted_out=error.code == _OPTED_OUT)
    reason = f"Twilio answered {error.status} (error {error.code})"
    if error.status in _ACCEPTED_OR_NOT:
        return UncertainFailure(reason)
    # 401, 403: our account, not the number; put right by the hospital, then sent.
    return TemporaryFailure(reason)


def _broken(error: Exception) -> Exception:
    """Return what an exchange without a readable answer means: was the request made?"""
    never_made = isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError)
    cause = getattr(error.args[0], "reason", None) if error.args else None
    if never_made or isinstance(cause, NewConnectionError):
        return TemporaryFailure("Twilio cannot be reached")
    return UncertainFailure(f"Twilio gave no readable answer ({type(error).__name__})")
