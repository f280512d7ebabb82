"""What every concern's settings have in common: where they are read, and how they are refused.

A setting is an environment variable or a line of the file `.env` in the project's folder; the
environment wins. CIMENTO_ENV_FILE names other files, with colons between them; empty: none.
"""

import os
from pathlib import Path
from typing import Any, TypeVar

from dotenv import load_dotenv
from pydantic import BaseSettings, Field, ValidationError
from pydantic.env_settings import SettingsSourceCallable
from pydantic.fields import ModelField

from cimento.settings.paths import ROOT

PREFIX = "CIMENTO_"
ENV_FILE = "CIMENTO_ENV_FILE"
C = TypeVar("C", bound="Concern")


class SettingError(Exception):
    """Some settings cannot be used; the message names each variable and what it may be."""


def setting(default: Any, meaning: str, unit: str = "", secret: bool = False, **limits: Any) -> Any:
    """Return a field of a Concern. `meaning` and `unit` are for docs/settings.md.

    A `secret` is shown nowhere: not in a repr, not by `cimento config`, not in an error.
    """
    return Field(default, description=meaning, unit=unit, secret=secret, repr=not secret, **limits)


class Concern(BaseSettings):
    """The settings of one concern. A field's variable is CIMENTO_, the prefix of the concern if
    it has one, and the field's name."""

    class Config:
        env_prefix = PREFIX
        frozen = True

        @classmethod
        def customise_sources(
            cls,
            init_settings: SettingsSourceCallable,
            env_settings: SettingsSourceCallable,
            file_secret_settings: SettingsSourceCallable,
        ) -> tuple[SettingsSourceCallable, ...]:
            """Take an empty variable for one that is not set, as a shell's user means it."""

            def not_empty(model: BaseSettings) -> dict[str, Any]:
                return {name: value for name, value in env_settings(model).items() if value != ""}

            return init_settings, not_empty

    @classmethod
    def read(cls: type[C]) -> C:
        """Return the settings in force; SettingError names all variables that are wrong."""
        load_env_file()
        try:
            return cls()
        except ValidationError as error:
            raise SettingError("\n".join(problems(cls, error))) from None

    @classmethod
    def variable(cls, name: str) -> str:
        """Return the variable of the field `name`."""
        return str(cls.__fields__[name].field_info.extra["env_names"].copy().pop()).upper()


def env_files() -> list[Path]:
    """Return the files that settings are read from, of those named the ones that are there."""
    named = os.environ.get(ENV_FILE)
    names = [ROOT / ".env"] if named is None else map(Path, filter(None, named.split(os.pathsep)))
    return [file for file in names if file.is_file()]


def load_env_file() -> None:
    """Put the lines of the files into the environment, where the environment says nothing.

    Values are taken as they are written: neither `#` inside a value nor `$` means anything.
    """
    for file in env_files():
        load_dotenv(file, override=False, interpolate=False)


def bounds(field: ModelField) -> str:
    """Return what a whole number must be, empty for a field that is none."""
    least, most = field.field_info.ge, field.field_info.le
    if least is None:
        return ""
    return f"from {least} to {most}" if most is not None else f"{least} or more"


def problems(concern: type[Concern], error: ValidationError) -> list[str]:
    """Return one line for each variable that is wrong, its value left out when secret."""
    lines = []
    for found in error.errors():
        name = str(found["loc"][0])
        if name == "__root__":
            lines.append(str(found["msg"]))
            continue
        field, variable = concern.__fields__[name], concern.variable(name)
        value = "" if field.field_info.extra["secret"] else f"={os.environ.get(variable, '')!r}"
        advice = f"give a whole number {bounds(field)}." if bounds(field) else found["msg"]
        lines.append(f"{variable}{value}: {advice}")
    return lines
