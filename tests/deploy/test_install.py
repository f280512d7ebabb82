"""What the bundle is made of is pinned, and its installer makes what the units need."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from cimento.settings.paths import ROOT
from tests.deploy.test_systemd import JOBS, SERVICES, UNITS, settings_of
from tests.servers import PATIENCE

INSTALL, BUNDLE = ROOT / "deploy/install.sh", ROOT / "cimento/ops/bundle.sh"


def commands(script: Path) -> list[list[str]]:
    """Return the words of each line of a shell script, continued lines joined."""
    lines = script.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    found = []
    for line in lines:
        try:
            found.append(shlex.split(line, comments=True))
        except ValueError:  # a quote that ends on another line
            continue
    return found


@pytest.mark.parametrize(
    "script", [INSTALL, BUNDLE, ROOT / "deploy/etc/cimento"], ids=lambda file: file.name
)
def test_the_shell_understands_it(programs: None, script: Path) -> None:
    assert script.read_text().splitlines()[0] == "#!/bin/sh"
    ran = subprocess.run(["sh", "-n", script], capture_output=True, timeout=PATIENCE)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize("script", [INSTALL, BUNDLE], ids=lambda file: file.name)
def test_nothing_is_installed_that_is_not_pinned(script: Path) -> None:
    pip = [words for words in commands(script) if "pip" in words]
    assert len(pip) == 2
    for words in pip:
        assert "--require-hashes" in words or {"--no-deps", "--no-index"} <= set(words), words


def test_the_installer_asks_nothing_of_the_network() -> None:
    for words in commands(INSTALL):
        if "pip" in words:
            assert "--no-index" in words
    text = INSTALL.read_text(encoding="utf-8")
    assert "UV_OFFLINE=1" in text and "UV_PYTHON_DOWNLOADS=never" in text


def test_the_installer_makes_every_folder_and_user_of_the_units() -> None:
    made = {word for words in commands(INSTALL) if words[:1] == ["install"] for word in words}
    for unit in [*SERVICES.values(), *JOBS]:
        read = settings_of(unit)
        paths = [*read.get("ReadWritePaths", ()), *read.get("ReadOnlyPaths", ())]
        needed = {path.lstrip("-") for path in " ".join(paths).split()}
        needed |= {f"/var/lib/{name}" for name in read.get("StateDirectory", ())}
        assert needed <= made, unit
        assert read.get("User", ["cimento"]) == ["cimento"]
    text = INSTALL.read_text(encoding="utf-8")
    assert re.search(r"^getent passwd cimento >/dev/null \|\| useradd --system", text, re.MULTILINE)
    (start,) = settings_of("cimento-serve@.service")["ExecStart"]
    assert start.startswith("/opt/cimento/current/")
    assert "home=/opt/cimento\n" in text
    assert (UNITS / "cimento.target").exists() and "deploy/systemd/." in text
