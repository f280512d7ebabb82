"""The floors of the house: an import goes down, never up, wherever in a file it stands."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cimento.settings.paths import ROOT

# From the roof to the ground. Rooms of one line stand side by side and do not import each other.
FLOORS = [
    ["tests"],
    ["cimento.__main__"],
    ["cimento.demo"],
    ["cimento.bench"],
    ["cimento.ops"],
    ["actions", "cimento.channels", "cimento.team"],
    ["cimento.monitoring"],
    ["cimento.followup", "cimento.dialogue"],
    ["cimento.answers"],
    ["cimento.sms"],
    ["cimento.store"],
    ["cimento.nlu"],
    ["cimento.settings"],
]
# What a floor must do without: it would work with another assistant.
FREE_OF_RASA = [
    "cimento.monitoring",
    "cimento.followup",
    "cimento.team",
    "cimento.answers",
    "cimento.dialogue",
    "cimento.sms",
    "cimento.store.conversations",
    "cimento.settings",
]


def _imports(file: Path) -> Iterator[str]:
    """Yield the dotted name of everything that `file` imports, hidden in a function or not."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _modules() -> list[tuple[str, Path]]:
    files = [file for top in ("actions", "cimento") for file in (ROOT / top).rglob("*.py")]
    return [
        (".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), file)
        for file in sorted(files)
    ]


def _room(module: str) -> tuple[int, str] | None:
    """Return the floor, counted from the roof, and the room of a module of ours."""
    for floor, rooms in enumerate(FLOORS):
        for room in rooms:
            if module == room or module.startswith(f"{room}."):
                return floor, room
    return None


def climbs(module: str, imported: str) -> bool:
    """Return whether `module` may not import `imported`."""
    here, there = _room(module), _room(imported)
    if here is None or there is None:
        return False
    return there[0] < here[0] or (there[0] == here[0] and there[1] != here[1])


@pytest.mark.parametrize(("module", "file"), _modules(), ids=lambda value: str(value))
def test_no_import_climbs(module: str, file: Path) -> None:
    assert module == "cimento" or _room(module), f"{module} stands on no floor"
    assert [name for name in _imports(file) if climbs(module, name)] == []


@pytest.mark.parametrize("room", FREE_OF_RASA)
def test_what_is_free_of_rasa_does_not_import_it(room: str) -> None:
    for module, file in _modules():
        if module.startswith(room):
            found = [name for name in _imports(file) if name.split(".")[0].startswith("rasa")]
            assert found == [], module


def test_a_climbing_import_is_seen() -> None:
    assert climbs("cimento.nlu.signs", "cimento.answers.catalogue")
    assert climbs("actions.escalate", "cimento.channels.turn")
    assert not climbs("cimento.answers.grounding", "cimento.sms.gsm7")
