"""Processes started for the benchmark: their output goes to a file, they never outlive it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from cimento.ops.processes import running
from cimento.ops.progress import Progress
from cimento.ops.quiet import QUIET
from cimento.settings.paths import ROOT

BENCH = ROOT / "var" / "bench"  # models of earlier runs, and logs


class BenchError(Exception):
    """The benchmark cannot go on; the message says why and where to look."""


def progress(text: str, end: str = "\n") -> None:
    """Show what is going on, beside the report that goes to the standard output."""
    print(text, end=end, file=sys.stderr, flush=True)


@contextmanager
def started(
    name: str, arguments: Sequence[str], root: Path, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m <arguments>` in `root`; kill it and its children on leaving.

    The output goes to var/bench/<name>.log.
    """
    command = [sys.executable, "-m", *arguments]
    quiet = {**QUIET, "SANIC_HOST": "127.0.0.1", **environment}
    with running(command, log_of(name), root, quiet, gently=False) as process:
        yield process


def log_of(name: str) -> Path:
    """Return the file that holds the output of the process `name`."""
    BENCH.mkdir(parents=True, exist_ok=True)
    return BENCH / f"{name}.log"


def finish(process: subprocess.Popen[bytes], name: str, doing: str) -> float:
    """Wait for `process`, showing that it goes on; return its duration in seconds.

    Raises BenchError when it fails.
    """
    shown = Progress(doing, sys.stderr)
    while process.poll() is None:
        shown.tick()
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
    shown.end()
    if process.returncode:
        raise BenchError(f"{doing} failed: see the end of {log_of(name)}.")
    return shown.seconds


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process, in MB (10^6 bytes)."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        lines = status.read_text().splitlines()
        kibibytes = next(line.split()[1] for line in lines if line.startswith("VmRSS"))
    else:  # not Linux
        kibibytes = subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)], text=True)
    return int(kibibytes) * 1024 / 1e6
