"""The page of the night shift tells of every alert, and types what there is to type."""

import re
from typing import Any

import typer.main
import yaml

from cimento.__main__ import app
from cimento.settings.paths import ROOT
from tests.deploy.test_systemd import JOBS, SERVICES
from tests.monitoring.test_readyz import GREEN

PAGES = [ROOT / "docs" / name for name in ("astreinte.md", "install.md", "restore.md")]
PAGE = PAGES[0].read_text(encoding="utf-8")


def rules() -> dict[str, str]:
    """Return the severity of each alert."""
    text = (ROOT / "deploy/prometheus/rules.yml").read_text(encoding="utf-8")
    (group,) = yaml.safe_load(text)["groups"]
    return {rule["alert"]: rule["labels"]["severity"] for rule in group["rules"]}


def test_every_alert_is_under_the_hour_at_which_it_comes() -> None:
    waking, waiting = PAGE.split("## Celles qui attendent le jour")
    for part, severity in ((waking, "page"), (waiting, "ticket")):
        told = set(re.findall(r"^### `(\w+)` : ", part, re.MULTILINE))
        assert told == {name for name, found in rules().items() if found == severity}


def test_every_part_is_told_once() -> None:
    told = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(GREEN)


def test_what_is_to_be_typed_exists() -> None:
    top = typer.main.get_command(app)
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    typed = re.findall(r"(?<![\w/-])(?:\S+/bin/)?cimento ((?:[a-z-]+ ?)+)", "\n".join(code(pages)))
    assert len(typed) > 20
    for line in typed:
        command: Any = top
        for word in line.split():
            if not hasattr(command, "commands"):
                break  # the rest are its arguments
            assert word in command.commands, line
            command = command.commands[word]
        assert not hasattr(command, "commands"), f"{line}: a group, not a command"


def test_every_unit_that_is_named_exists() -> None:
    units = {unit.removesuffix(".service").rstrip("@") for unit in [*SERVICES.values(), *JOBS]}
    named = re.findall(r"(?:-u|restart|start) (cimento-[a-z]+)", PAGE)
    assert named
    assert set(named) <= units


def code(page: str) -> list[str]:
    """Return all that stands in a page as something to type."""
    blocks = re.findall(r"^```\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return blocks + re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", page, flags=re.M | re.S))
