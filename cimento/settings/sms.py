"""How SMS come and go, read from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from cimento.settings.followup import DATABASE
from cimento.settings.servers import SettingError, whole_number

PROVIDERS = ("console", "twilio", "kannel")
_SECRET_CHARACTERS = 16
# What each provider cannot do without, and where to find it.
_NEEDED = {
    "console": {},
    "twilio": {
        "CIMENTO_TWILIO_ACCOUNT_SID": "the account's SID, AC…, in Twilio's console",
        "CIMENTO_TWILIO_AUTH_TOKEN": "the account's token, beside the SID",
        "CIMENTO_TWILIO_FROM": "the number bought from Twilio, +33…",
        "CIMENTO_PUBLIC_URL": "the address by which Twilio reaches this server, https://…",
    },
    "kannel": {
        "CIMENTO_KANNEL_SEND_URL": "smsbox's sendsms, http://…:13013/cgi-bin/sendsms",
        "CIMENTO_KANNEL_USER": "username of the sendsms-user group",
        "CIMENTO_KANNEL_PASSWORD": "password of the sendsms-user group",
        "CIMENTO_KANNEL_SECRET": "the secret that get-url carries",
        "CIMENTO_KANNEL_FROM": "the number that the operator gave",
        "CIMENTO_PUBLIC_URL": "the address by which smsbox reaches this server, http://…",
    },
}


@dataclass(frozen=True)
class SmsSettings:
    """The provider and its accounts. Durations in the units of their names."""

    provider: str = "console"  # CIMENTO_SMS_PROVIDER, see PROVIDERS
    public_url: str = ""  # CIMENTO_PUBLIC_URL, without a slash at its end
    twilio_account_sid: str = ""  # CIMENTO_TWILIO_ACCOUNT_SID, and so on
    twilio_auth_token: str = ""
    twilio_from: str = ""
    kannel_send_url: str = ""
    kannel_user: str = ""
    kannel_password: str = ""
    kannel_secret: str = ""
    kannel_from: str = ""
    database_url: str = DATABASE  # CIMENTO_DATABASE_URL
    per_hour: int = 60  # CIMENTO_SMS_PER_HOUR: answers to one number, alarms aside
    keep_days: int = 90  # CIMENTO_SMS_KEEP_DAYS, of message ids and delivery states
    turn_seconds: int = 20  # CIMENTO_SMS_TURN_SECONDS, then the turn apologises

    @property
    def own_number(self) -> str:
        """The number that SMS are sent from, as it was given; empty for the console."""
        return {"twilio": self.twilio_from, "kannel": self.kannel_from}.get(self.provider, "")


def _check(environment: Mapping[str, str], provider: str) -> None:
    if provider not in PROVIDERS:
        raise SettingError(f"CIMENTO_SMS_PROVIDER={provider!r}: give {', '.join(PROVIDERS)}.")
    for name, what in _NEEDED[provider].items():
        value = environment.get(name, "")
        if not value:
            raise SettingError(f"CIMENTO_SMS_PROVIDER={provider} needs {name}: {what}.")
        if name.endswith("_URL") and urlsplit(value).scheme not in ("http", "https"):
            raise SettingError(f"{name} must start with http:// or https://: {what}.")
        if name.endswith("_SECRET") and len(value) < _SECRET_CHARACTERS:
            raise SettingError(f"{name} has fewer than {_SECRET_CHARACTERS} characters.")


def read_sms_settings(environment: Mapping[str, str] = os.environ) -> SmsSettings:
    """Return the settings; SettingError names the first variable that is missing or wrong."""
    provider = environment.get("CIMENTO_SMS_PROVIDER") or SmsSettings.provider
    _check(environment, provider)
    accounts = {
        name.removeprefix("CIMENTO_").lower(): environment[name] for name in _NEEDED[provider]
    }
    accounts["public_url"] = accounts.get("public_url", "").rstrip("/")

    def number(name: str) -> int:
        default = getattr(SmsSettings, name)
        return whole_number(environment, f"CIMENTO_SMS_{name.upper()}", default, 1)

    return SmsSettings(
        provider=provider,
        database_url=environment.get("CIMENTO_DATABASE_URL") or SmsSettings.database_url,
        per_hour=number("per_hour"),
        keep_days=number("keep_days"),
        turn_seconds=number("turn_seconds"),
        **accounts,
    )
