"""All concerns together: check them, show them, document them."""

import difflib
import os
import textwrap
from collections.abc import Iterable, Iterator

from cimento.settings.answers import AnswerSettings
from cimento.settings.chat import ChatSettings
from cimento.settings.concern import (
    ENV_FILE,
    PREFIX,
    Concern,
    SettingError,
    bounds,
    env_files,
    load_env_file,
)
from cimento.settings.demo import DemoSettings
from cimento.settings.followup import FollowUpSettings
from cimento.settings.login import LoginSettings
from cimento.settings.on_call import OnCallSettings
from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings
from cimento.settings.sms import SmsSettings
from cimento.settings.storage import StorageSettings
from cimento.settings.worker import WorkerSettings

CONCERNS: dict[str, type[Concern]] = {
    "The servers": ServerSettings,
    "What is kept": StorageSettings,
    "The answers": AnswerSettings,
    "The website chat": ChatSettings,
    "Text messages": SmsSettings,
    "The follow-ups": FollowUpSettings,
    "Who gets in to the care team's pages": LoginSettings,
    "The worker of the follow-ups": WorkerSettings,
    "Who is called when an alert waits": OnCallSettings,
    "The demonstration": DemoSettings,
}


def variables(concerns: Iterable[type[Concern]]) -> list[str]:
    """Return the variables of `concerns`."""
    return [concern.variable(name) for concern in concerns for name in concern.__fields__]


def _unknown() -> Iterator[str]:
    known = [*variables(CONCERNS.values()), ENV_FILE]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else " See docs/settings.md."
            yield f"{name}: there is no such setting.{hint}"


def check_all() -> None:
    """Raise SettingError with everything that is wrong with the settings, all at once."""
    load_env_file()
    found = list(_unknown())
    for concern in CONCERNS.values():
        try:
            concern.read()
        except SettingError as error:
            found.append(str(error))
    if found:
        raise SettingError("Some settings are wrong:\n" + textwrap.indent("\n".join(found), "- "))


def environment_for(*concerns: type[Concern]) -> dict[str, str]:
    """Return the environment of a child process that needs `concerns` and no other setting.

    Their values are handed over; the child reads no file of its own.
    """
    load_env_file()
    needed = variables(concerns)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(PREFIX) or name in needed
    }
    return {**kept, ENV_FILE: ""}


def _shown(concern: Concern, name: str) -> str:
    value = getattr(concern, name)
    secret = concern.__fields__[name].field_info.extra["secret"]
    is_default = value == concern.__fields__[name].default
    return "(set, not shown)" if secret and not is_default else str(value) or "(none)"


def in_force() -> str:
    """Return the settings in force, a line each, secrets masked. Raises SettingError."""
    check_all()
    lines = ["# from " + " and ".join(["the environment", *map(str, env_files())])]
    for concern in CONCERNS.values():
        settings = concern.read()
        lines += [
            f"{concern.variable(name)}={_shown(settings, name)}" for name in concern.__fields__
        ]
    return "\n".join(lines)


_OPENING = f"""\
# Settings

Made by `cimento config --document`: edit `cimento/settings/` instead.

Each is an environment variable, or a line `NAME=value` of the file `.env` in the project's folder
(`{ENV_FILE}` names other files, with colons between them; empty: none). The environment wins. Every
command reads them the same way. Unknown names and wrong values stop the start, all named at once;
`cimento config` prints those in force, secrets masked. Each process gets only what it needs.
"""


def document() -> str:
    """Return docs/settings.md."""
    parts = [_OPENING]
    for title, concern in CONCERNS.items():
        rows = ["| Variable | Default | Unit | Meaning |", "|---|---|---|---|"]
        for name, field in concern.__fields__.items():
            default = str(field.default).replace(str(ROOT), "…") if field.default != "" else ""
            cell = f"`{default}`" if default else "none"
            unit = field.field_info.extra["unit"]
            meaning = "; ".join(filter(None, (field.field_info.description, bounds(field))))
            rows.append(f"| `{concern.variable(name)}` | {cell} | {unit} | {meaning} |")
        parts.append(f"## {title}\n\n{(concern.__doc__ or '').splitlines()[0]}\n")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts).rstrip()
