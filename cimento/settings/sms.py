"""How SMS come and go."""

from typing import Any, Literal

from pydantic import root_validator, validator

from cimento.settings.concern import Concern, setting
from cimento.settings.urls import check_url

_SHORTEST_SECRET = 16  # characters
# What each provider cannot do without.
_NEEDED = {
    "off": (),
    "console": (),
    "twilio": ("twilio_account_sid", "twilio_auth_token", "twilio_from", "public_url"),
    "kannel": (
        *("kannel_send_url", "kannel_user", "kannel_password", "kannel_secret", "kannel_from"),
        "public_url",
    ),
}


class SmsSettings(Concern):
    """The provider and its accounts. Durations in the units of their names."""

    provider: Literal["off", "console", "twilio", "kannel"] = setting(
        "off",
        "who carries the SMS: nobody (`off`), the simulated phone (`console`), `twilio` or "
        "`kannel`",
        env="CIMENTO_SMS_PROVIDER",
    )
    public_url: str = setting(
        "", "the address by which the provider reaches this server, http(s)://…, without a path"
    )
    twilio_account_sid: str = setting("", "Twilio: the account's SID, AC…, in Twilio's console")
    twilio_auth_token: str = setting("", "Twilio: the account's token, beside the SID", secret=True)
    twilio_from: str = setting("", "Twilio: the number bought, +33…")
    kannel_send_url: str = setting("", "Kannel: smsbox's sendsms, http://…:13013/cgi-bin/sendsms")
    kannel_user: str = setting("", "Kannel: username of the sendsms-user group")
    kannel_password: str = setting("", "Kannel: password of the sendsms-user group", secret=True)
    kannel_secret: str = setting(
        "", f"Kannel: what get-url carries; {_SHORTEST_SECRET} characters or more", secret=True
    )
    kannel_from: str = setting("", "Kannel: the number that the operator gave")
    per_hour: int = setting(
        60, "answers to one number, alarms aside", "an hour", env="CIMENTO_SMS_PER_HOUR", ge=1
    )
    keep_days: int = setting(
        90,
        "message ids and delivery states are kept",
        "days",
        env="CIMENTO_SMS_KEEP_DAYS",
        ge=1,
        le=36_500,
    )
    turn_seconds: int = setting(
        20,
        "a turn that takes longer apologises",
        "seconds",
        env="CIMENTO_SMS_TURN_SECONDS",
        ge=1,
    )

    @validator("provider", pre=True)
    def _known(cls, provider: str) -> str:
        if provider not in _NEEDED:
            raise ValueError(f"give {', '.join(_NEEDED)}.")
        return provider

    @validator("public_url", "kannel_send_url")
    def _address(cls, url: str) -> str:
        return check_url(url, "http", "https").rstrip("/") if url else url

    @validator("kannel_secret")
    def _not_guessed(cls, secret: str) -> str:
        if secret and len(secret) < _SHORTEST_SECRET:
            raise ValueError(f"has fewer than {_SHORTEST_SECRET} characters.")
        return secret

    @root_validator(skip_on_failure=True)
    def _complete(cls, values: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in _NEEDED[values["provider"]] if not values[name]]
        if missing:
            needs = [
                f"{cls.variable(name)} ({cls.__fields__[name].field_info.description})"
                for name in missing
            ]
            raise ValueError(f"CIMENTO_SMS_PROVIDER={values['provider']} needs {', '.join(needs)}.")
        return values

    @property
    def own_number(self) -> str:
        """The number that SMS are sent from, as it was given; empty for the console."""
        return {"twilio": self.twilio_from, "kannel": self.kannel_from}.get(self.provider, "")
