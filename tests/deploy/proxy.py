"""nginx, run with the sample of deploy/, on ports of its own."""

import re
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cimento.ops.processes import free_port, wait_until
from cimento.settings.paths import ROOT
from tests.certificates import LOOPBACK, certify
from tests.debian import require
from tests.servers import PATIENCE, listens

SAMPLE = (ROOT / "deploy/nginx/cimento.conf").read_text(encoding="utf-8")
PATIENTS, TEAM = "cimento.hospital.example", "equipe.hospital.example"


@dataclass(frozen=True)
class Ports:
    """Where nginx listens, and where what stands behind it does: the assistant, its second, the
    team's pages."""

    tls: int = field(default_factory=free_port)
    plain: int = field(default_factory=free_port)
    first: int = field(default_factory=free_port)
    second: int = field(default_factory=free_port)
    team: int = field(default_factory=free_port)


def configure(folder: Path, ports: Ports, pem: Path) -> list[str]:
    """Write the configuration into `folder`; return the command that runs nginx with it."""
    changed = re.sub(r"listen \[::\].*\n", "", SAMPLE)
    changes = [
        (r"listen 443", f"listen {LOOPBACK}:{ports.tls}"),
        (r"listen 80", f"listen {LOOPBACK}:{ports.plain}"),
        (r"127\.0\.0\.1:5005\b", f"{LOOPBACK}:{ports.first}"),
        (r"127\.0\.0\.1:5015\b", f"{LOOPBACK}:{ports.second}"),
        (r"127\.0\.0\.1:5006\b", f"{LOOPBACK}:{ports.team}"),
        (r"/etc/nginx/cimento/\w+\.(crt|key)", str(pem)),
        (r"/var/log/nginx", str(folder)),
    ]
    for pattern, instead in changes:
        changed, count = re.subn(pattern, instead, changed)
        assert count, pattern
    (folder / "cimento.conf").write_text(changed)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\n{places}include {folder}/cimento.conf;\n}}\n"
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


@contextmanager
def nginx(folder: Path) -> Iterator[tuple[Ports, ssl.SSLContext]]:
    """Check the sample, and run nginx with it; give a client's context that trusts it."""
    require("nginx-light", "nginx")
    pem, trust = certify(folder)
    ports = Ports()
    command = configure(folder, ports, pem)
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=PATIENCE)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens(ports.tls), PATIENCE, process, folder / "error.log")
        yield ports, trust
    finally:
        process.kill()
        process.wait()
