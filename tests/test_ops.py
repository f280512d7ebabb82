"""Settings, ports and the state of the model."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from cimento.ops import doctor, endpoints, preflight, run, serve, train
from cimento.ops.processes import free_port
from cimento.settings.concern import SettingError
from cimento.settings.followup import FollowUpSettings
from cimento.settings.servers import ServerSettings
from cimento.sms import gsm7
from cimento.store import disk, secret
from tests.servers import PATIENCE


def test_rasas_http_api_is_closed_whatever_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIMENTO_API_TOKEN", "a token of the hospital")
    line = serve.arguments(Path("endpoints.yml"))
    assert "--enable-api" not in line
    assert "a token of the hospital" not in line


def test_rasa_is_connected_to_what_the_settings_say() -> None:
    given = endpoints.endpoints(ServerSettings(actions_host="10.0.0.2", actions_port=6055))
    assert given["action_endpoint"]["url"] == "http://10.0.0.2:6055/webhook"
    with endpoints.written(given) as file:
        assert yaml.safe_load(file.read_text()) == given
    assert not file.parent.exists()


def test_follow_ups_are_not_started_for_nobody_to_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIMENTO_API_TOKEN", "a token of the hospital")
    with pytest.raises(preflight.StartError, match="CIMENTO_SMS_PROVIDER"):
        run.start()


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    made = secret.read_secret(tmp_path)
    assert secret.read_secret(tmp_path) == made
    assert (tmp_path / secret.FILE).stat().st_mode & 0o077 == 0
    assert secret.derive("one purpose", made) != secret.derive("another", made)


def test_a_weak_secret_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / secret.FILE).parent.mkdir()
    (tmp_path / secret.FILE).write_text("hunter2")
    with pytest.raises(SettingError, match="var/secret"):
        secret.read_secret(tmp_path)


def test_an_empty_secret_is_told_of_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / secret.FILE).parent.mkdir()
    (tmp_path / secret.FILE).touch()
    with pytest.raises(SettingError, match="var/secret is empty"):
        secret.read_secret(tmp_path)


def test_a_secret_that_cannot_be_written_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        secret.read_secret(tmp_path)
    assert list((tmp_path / "var").iterdir()) == []


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        (tmp_path / "log").mkdir()
        (tmp_path / "conversations.db").touch()
        (tmp_path / "elsewhere").symlink_to("/")
        tmp_path.chmod(0o755)
        assert len(disk.open_to_others(tmp_path)) == 3
        disk.keep_private(tmp_path)
        (tmp_path / "new.db").touch()
        assert disk.open_to_others(tmp_path) == []
    finally:
        os.umask(before)


def test_a_disk_that_is_nearly_full_refuses_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(tmp_path).free // 1_000_000
    assert disk.shortage(tmp_path, 1) is None
    assert f"{free * 2} are needed" in (disk.shortage(tmp_path / "none", free * 2) or "")
    monkeypatch.setenv("CIMENTO_FREE_MEGABYTES", str(free * 2))
    with pytest.raises(preflight.StartError, match="CIMENTO_FREE_MEGABYTES"):
        run.start()


def test_the_doctor_says_what_will_have_to_be_seen_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is broken now: tests/monitoring/test_readyz.py."""
    free = shutil.disk_usage(tmp_path).free // 1_000_000
    settings = {
        "SECRET": "a secret for tests, forty characters long",
        "DATABASE_URL": f"sqlite:///{tmp_path}/followup.db",
        "CONVERSATIONS_URL": f"sqlite:///{tmp_path}/conversations.db",
        "SPOOL": str(tmp_path / "spool"),
        "FREE_MEGABYTES": "1",
        "PORT": str(free_port()),
        "ACTIONS_PORT": str(free_port()),
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"CIMENTO_{name}", value)
    (tmp_path / "var").mkdir(mode=0o700)
    *now, same_disk = doctor.warnings(tmp_path)
    assert len(now) == 3  # neither assistant nor actions run, and nothing was purged
    assert "Start it: make run" in now[0]
    assert "CIMENTO_SPOOL" in same_disk
    (tmp_path / "var/open.db").touch()
    (tmp_path / "var/open.db").chmod(0o644)
    monkeypatch.setenv("CIMENTO_FREE_MEGABYTES", str(free // 2))
    told = "\n".join(doctor.warnings(tmp_path))
    for part in (f"{free // 2 * 5} are needed", "var/open.db"):
        assert part in told


def test_a_busy_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(preflight.StartError, match=str(port)):
            run.check_ports(ServerSettings(port=port), FollowUpSettings())


@pytest.mark.usefixtures("programs")
def test_what_is_killed_is_started_again(tmp_path: Path) -> None:
    script = tmp_path / "program"
    # Dies the first time, and tells that it runs a second time by ending the loop.
    script.write_text("test -e lived && { echo again; kill $PPID; }; touch lived; kill -KILL $$\n")
    ran = subprocess.run(
        ["sh", "-c", run.again(f"sh {script}")], cwd=tmp_path, capture_output=True, timeout=PATIENCE
    )
    assert ran.stdout.decode().splitlines() == ["It ended (137) and is started again.", "again"]


def test_a_turn_waits_for_an_action_server_that_hangs_less_than_three_seconds() -> None:
    assert ServerSettings().actions_seconds <= 2


def test_every_process_is_started_again() -> None:
    settings = ServerSettings(api_token="a token of the hospital")
    commands = run.commands(settings)
    assert set(commands) == {"actions", "rasa", "followups", "api"}
    assert all(command.line.startswith("while :; do ") for command in commands.values())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("data", "cimento/nlu", "models"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("config.yml", "domain.yml", "requirements.txt", "data/a.yml", "cimento/nlu/a.py"):
        (tmp_path / name).write_text(name)
    return tmp_path


def _record(project: Path) -> None:
    model = project / train.MODEL
    model.write_bytes(b"model")
    digests = {"sources": train.sources_digest(project), "model": train.digest([model])}
    (project / "models/cimento.json").write_text(json.dumps(digests))


def test_the_model_is_missing_then_fresh(project: Path) -> None:
    assert train.state(project) == "missing"
    _record(project)
    assert train.state(project) == "fresh"


@pytest.mark.parametrize(
    "file", ["config.yml", "domain.yml", "data/a.yml", "cimento/nlu/a.py", "requirements.txt"]
)
def test_the_model_is_stale_after_a_change(project: Path, file: str) -> None:
    _record(project)
    (project / file).write_text("changed")
    assert train.state(project) == "stale"


def test_a_damaged_model_is_seen(project: Path) -> None:
    _record(project)
    (project / train.MODEL).write_bytes(b"moxel")
    assert train.state(project) == "damaged"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda root: (root / train.MODEL).unlink(), "There is no model"),
        (lambda root: (root / "config.yml").write_text("changed"), "trained on other sources"),
        (lambda root: (root / train.MODEL).write_bytes(b"moxel"), "is damaged"),
    ],
)
def test_a_server_alone_never_trains_and_says_what_to_do(
    project: Path, spoil: Callable[[Path], object], said: str
) -> None:
    _record(project)
    preflight.check_model(project)
    spoil(project)
    with pytest.raises(preflight.StartError, match=f"{said}.*cimento model install FILE"):
        preflight.check_model(project)


@pytest.mark.usefixtures("programs")
def test_a_training_told_to_stop_leaves_nothing_running(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = project / "learner"
    # Stands for Rasa: says who it is, and has us told to stop while it works.
    learner.write_text("#!/bin/sh\necho $$ > learner.pid\nkill -TERM $PPID\nsleep 3600\n")
    learner.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(learner))
    with pytest.raises(train.TrainingError, match="told to stop"):
        train.train(project)
    with pytest.raises(ProcessLookupError):
        os.kill(int((project / "learner.pid").read_text()), 0)
    assert not list((project / "models").iterdir())


@pytest.mark.parametrize(
    ("text", "segments"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2)],
)
def test_sms_segments(text: str, segments: int) -> None:
    assert gsm7.segments(text) == segments


def test_a_character_outside_gsm7_is_refused() -> None:
    with pytest.raises(ValueError, match="ê"):
        gsm7.segments("être")
