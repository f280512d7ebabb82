"""The image and the compose file, read: they are built where there is a builder, which tests have not."""

import re

import pytest
import yaml

from cimento.ops import run
from cimento.ops.quiet import QUIET
from cimento.settings.every import CONCERNS, variables
from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings
from tests.deploy.test_systemd import SERVICES, settings_of

FOLDER = ROOT / "deploy/container"
IMAGE = (FOLDER / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((FOLDER / "compose.yml").read_text(encoding="utf-8"))
PROCESSES = {"actions": "actions", "serve": "rasa", "worker": "followups", "api": "api"}
WRITTEN = ["/var/lib/cimento", "/var/spool/cimento"]


def test_the_image_runs_as_nobody_in_particular_and_knows_paris() -> None:
    final = IMAGE.rpartition("FROM ")[2]
    lines = [line for line in final.splitlines() if line and not line.startswith("#")]
    users = [line for line in lines if line.startswith("USER ")]
    assert users == ["USER cimento"]
    assert not [line for line in lines[lines.index(users[0]) :] if line.startswith(("RUN", "COPY"))]
    assert " tzdata " in final and "TZ=Europe/Paris" in final
    environment = re.findall(r"(\w+)=(\S*)", final[final.index("\nENV ") :])
    assert QUIET.items() <= dict(environment).items()
    assert "install.sh" in IMAGE and "pip" not in IMAGE  # all that is installed is the bundle's


def test_every_process_has_its_container() -> None:
    commands = run.commands(ServerSettings(api_token="a token of the hospital"))
    assert COMPOSE["services"].keys() == PROCESSES.keys()
    assert set(PROCESSES.values()) == commands.keys()
    for name, service in COMPOSE["services"].items():
        assert f" cimento {' '.join(service['command'])}" in commands[PROCESSES[name]].line


@pytest.mark.parametrize("name", PROCESSES)
def test_each_container_is_shut_in(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service and "user" not in service
    assert service["mem_limit"] and service["pids_limit"] and service["restart"] == "always"
    written = [volume.partition(":")[2] for volume in service["volumes"]]
    assert written == ([] if name == "actions" else WRITTEN)
    # Only this machine reaches it: nginx stands in front.
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@pytest.mark.parametrize("name", PROCESSES)
def test_each_is_given_what_its_unit_gives(name: str) -> None:
    service = COMPOSE["services"][name]
    files = [file.rpartition("/")[2] for file in service.get("env_file", ())]
    unit = settings_of(SERVICES[PROCESSES[name]]).get("EnvironmentFile", ())
    assert files == [file.rpartition("/")[2] for file in unit]
    assert set(service["environment"]) <= set(variables(CONCERNS.values()))
