"""The providers of SMS, one file each."""

from urllib.parse import urlsplit

from sqlalchemy.engine import Engine

from cimento.settings.concern import SettingError
from cimento.settings.sms import SmsSettings
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import Provider
from cimento.sms.providers.console import ConsoleProvider
from cimento.sms.providers.kannel import KannelProvider


def gateway_address(settings: SmsSettings) -> tuple[str, int] | None:
    """Return host and port of the hospital's own gateway, None where there is none: a carrier on
    the internet is not asked whether it is there."""
    if settings.provider != "kannel":
        return None
    url = urlsplit(settings.kannel_send_url)
    return url.hostname or "", url.port or (443 if url.scheme == "https" else 80)


def make_provider(settings: SmsSettings, engine: Engine) -> Provider:
    """Return the provider that the settings choose, its states kept in `engine`.

    Raises SettingError when they choose none.
    """
    ledger = Ledger(engine)
    if settings.provider == "twilio":
        # Its client takes a second to import: only those who use it wait.
        from cimento.sms.providers.twilio import TwilioProvider

        return TwilioProvider(settings, ledger)
    if settings.provider == "kannel":
        return KannelProvider(settings, ledger)
    if settings.provider == "console":
        return ConsoleProvider(ledger, engine)
    raise SettingError(
        "CIMENTO_SMS_PROVIDER is off: set it to twilio or kannel, or to console for the simulated "
        "phone."
    )
