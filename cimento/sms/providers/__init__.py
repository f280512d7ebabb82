"""The providers of SMS, one file each."""

from sqlalchemy.engine import Engine

from cimento.settings.sms import SmsSettings
from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import Provider
from cimento.sms.providers.console import ConsoleProvider
from cimento.sms.providers.kannel import KannelProvider


def make_provider(settings: SmsSettings, engine: Engine) -> Provider:
    """Return the provider that the settings choose, its states kept in `engine`."""
    ledger = Ledger(engine)
    if settings.provider == "twilio":
        # Its client takes a second to import: only those who use it wait.
        from cimento.sms.providers.twilio import TwilioProvider

        return TwilioProvider(settings, ledger)
    if settings.provider == "kannel":
        return KannelProvider(settings, ledger)
    return ConsoleProvider(ledger, engine)
