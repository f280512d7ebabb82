"""The units start every process that there is, alone, restarted, shut in, with its settings and no others."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cimento.ops import run
from cimento.ops.quiet import QUIET
from cimento.settings.every import CONCERNS, variables
from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings
from tests.debian import require
from tests.servers import PATIENCE

UNITS = ROOT / "deploy/systemd"
COMMAND = "/opt/cimento/current/.venv/bin/cimento"
# Each process of `cimento run`, by its unit.
SERVICES = {
    "actions": "cimento-actions.service",
    "rasa": "cimento-serve@.service",
    "followups": "cimento-worker.service",
    "api": "cimento-api.service",
}
JOBS = [f"cimento-{name}.service" for name in ("purge", "backup", "drill")]
WORST = 3.0  # of systemd-analyze security, where 10 is a service that may do all


def settings_of(unit: str) -> dict[str, list[str]]:
    """Return what each directive of a unit is set to, in order."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / unit).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(\w+)=(.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


def analyze(*arguments: str, units: Path) -> subprocess.CompletedProcess[str]:
    require("systemd", "systemd-analyze")
    return subprocess.run(
        ["systemd-analyze", *arguments],
        cwd=units,
        env={**os.environ, "SYSTEMD_PAGER": "cat"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.fixture
def units(programs: None, tmp_path: Path) -> Path:
    """The units, of a command that is there."""
    copy = shutil.copytree(UNITS, tmp_path / "units")
    for file in copy.glob("*.service"):
        file.write_text(file.read_text().replace(COMMAND, shutil.which("true") or ""))
    shutil.copy(copy / SERVICES["rasa"], copy / "cimento-serve@5005.service")
    return copy


def test_systemd_understands_every_unit(units: Path) -> None:
    names = [f"./{file.name}" for file in units.iterdir() if file.suffix in (".service", ".timer")]
    assert len(names) == 4 + 1 + 3 + 3
    names = [name for name in names if "@." not in name]
    ran = analyze("verify", "--man=no", "./cimento.target", *names, units=units)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


@pytest.mark.parametrize("unit", [*SERVICES.values(), *JOBS])
def test_each_service_is_shut_in(units: Path, unit: str) -> None:
    threshold = f"--threshold={WORST * 10:.0f}"
    ran = analyze("security", "--offline=true", threshold, f"./{unit}", units=units)
    assert ran.returncode == 0, ran.stdout
    (score,) = re.findall(r"exposure level for \S+: ([\d.]+)", ran.stdout)
    assert float(score) <= WORST


def test_every_process_has_its_unit() -> None:
    commands = run.commands(ServerSettings(api_token="a token of the hospital"))
    assert SERVICES.keys() == commands.keys()
    for name, unit in SERVICES.items():
        (start,) = settings_of(unit)["ExecStart"]
        subcommand = start.removeprefix(f"{COMMAND} ")
        assert f" cimento {subcommand}" in commands[name].line
        assert settings_of(unit)["Restart"] == ["always"]
        assert settings_of(unit)["MemoryMax"]
    wanted = " ".join(settings_of("cimento.target")["Wants"]).replace("@5005", "@").split()
    assert {*SERVICES.values(), *(job.replace("service", "timer") for job in JOBS)} == {*wanted}


def test_each_process_is_given_its_settings_and_no_others() -> None:
    for name, command in run.commands(ServerSettings(api_token="a" * 16)).items():
        given = set(variables(command.concerns))
        for file in settings_of(SERVICES[name]).get("EnvironmentFile", ()):
            read = sample(Path(file).name)
            assert read <= given, file


def sample(name: str) -> set[str]:
    """Return the settings in a file of deploy/etc, those that are commented out too."""
    text = (ROOT / "deploy/etc" / name).read_text(encoding="utf-8")
    return set(re.findall(r"^#?(CIMENTO_\w+)=", text, re.MULTILINE))


def test_the_sample_settings_exist_once() -> None:
    files = sorted(file.name for file in (ROOT / "deploy/etc").glob("*.env"))
    named = [name for file in files for name in sample(file)]
    assert len(named) == len(set(named))
    assert set(named) <= {*variables(CONCERNS.values())}
    wrapper = (ROOT / "deploy/etc/cimento").read_text()
    (listed,) = re.findall(r"^files=(.*)$", wrapper, re.MULTILINE)
    assert sorted(Path(file).name for file in listed.split(":")) == files
    for job in JOBS:  # a command refuses settings of which a part is missing
        assert sorted(Path(file).name for file in settings_of(job)["EnvironmentFile"]) == files


def test_what_is_common_is_quiet() -> None:
    environment = " ".join(settings_of("cimento-.service.d/common.conf")["Environment"]).split()
    assert {f"{name}={value}" for name, value in QUIET.items()} <= set(environment)


def test_a_copy_is_destroyed_after_thirty_days(programs: None, tmp_path: Path) -> None:
    (command,) = settings_of("cimento-backup.service")["ExecStartPost"]
    day = 24 * 3600
    for age in (1, 29, 31):
        folder = tmp_path / str(age)
        folder.mkdir()
        (folder / "followup.db").touch()
        then = folder.stat().st_mtime - age * day
        os.utime(folder, (then, then))
    subprocess.run(command.replace("/var/backups/cimento", str(tmp_path)).split(), check=True)
    assert {folder.name for folder in tmp_path.iterdir()} == {"1", "29"}
