"""PostgreSQL and Redis from Debian, started on free loopback ports and stopped after."""

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis

from cimento.ops.processes import free_port, wait_until
from tests.debian import require
from tests.servers import PATIENCE


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL. It refuses to run as root: then it runs as `postgres`."""

    folder: Path
    binaries: Path
    port: int

    def _run(self, *arguments: str) -> None:
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(self.binaries / arguments[0]), *arguments[1:]]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, timeout=PATIENCE)

    def create(self) -> None:
        data = str(self.folder / "data")
        self._run(
            "initdb", "-D", data, "-U", "cimento", "-A", "trust", "-N", "-E", "UTF8", "--no-locale"
        )

    def control(self, action: str) -> None:
        """Start, stop or restart, at once: what a crash does."""
        mode = [] if action == "start" else ["-m", "immediate"]
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder}"
        files = ["-D", str(self.folder / "data"), "-l", str(self.folder / "log")]
        self._run("pg_ctl", action, "-w", "-t", f"{PATIENCE:.0f}", *files, "-o", options, *mode)

    def new_database(self) -> str:
        """Create a database and return its URL."""
        name = f"t{uuid.uuid4().hex}"
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user="cimento", dbname="postgres"
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        return f"postgresql://cimento@127.0.0.1:{self.port}/{name}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    require("postgresql", str(found[-1]) if found else "postgres")
    folder = Path(tempfile.mkdtemp(prefix="cimento-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Postgres(folder, found[-1].parent, free_port())
    try:
        server.create()
        server.control("start")
        yield server
        server.control("stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Redis:
    """A running Redis that keeps nothing on disk: a restart loses its queue."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def restart(self) -> None:
        self.kill()
        self.process = _start_redis(self.port)


def _start_redis(port: int) -> subprocess.Popen[bytes]:
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: _answers(port), PATIENCE)
    return process


def _answers(port: int) -> bool:
    try:
        return bool(redis.Redis(port=port).ping())
    except redis.exceptions.ConnectionError:
        return False


@contextmanager
def running_redis() -> Iterator[Redis]:
    """Run a Redis of its own."""
    require("redis-server", "redis-server")
    server = Redis(port := free_port(), _start_redis(port))
    try:
        yield server
    finally:
        server.kill()
