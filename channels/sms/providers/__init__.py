"""The providers of SMS, one file each."""

from sqlalchemy.engine import Engine

from channels.sms.ledger import Ledger
from channels.sms.providers.base import Provider
from channels.sms.providers.console import ConsoleProvider
from channels.sms.providers.kannel import KannelProvider
from channels.sms.settings import SmsSettings


def make_provider(settings: SmsSettings, engine: Engine) -> Provider:
    """Return the provider that the settings choose, its states kept in `engine`."""
    ledger = Ledger(engine)
    if settings.provider == "twilio":
        # Its client takes a second to import: only those who use it wait.
        from channels.sms.providers.twilio import TwilioProvider

        return TwilioProvider(settings, ledger)
    if settings.provider == "kannel":
        return KannelProvider(settings, ledger)
    return ConsoleProvider(ledger, engine)
