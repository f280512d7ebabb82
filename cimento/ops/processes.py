"""Start a process, wait until it is ready, stop it: for all that is run beside a command."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

STOP_SECONDS = 30  # from Ctrl-C to the end, before a process is killed
_held: list[socket.socket] = []  # the ports returned by free_port


class NotReady(Exception):
    """A process has ended, or was not ready in time; the message has the end of its log."""


def free_port() -> int:
    """Return a loopback port that nothing else is given while this process lives.

    It stays bound here, without listening: connections are refused, the system gives it to
    nobody, and a server that says SO_REUSEADDR, as all of ours do, may listen on it.
    """
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # after: alone until now
    _held.append(holder)
    return int(holder.getsockname()[1])


def wait_until(
    ready: Callable[[], bool],
    seconds: float,
    process: "subprocess.Popen[bytes] | None" = None,
    log: Path | None = None,
) -> None:
    """Wait until `ready()`; NotReady after `seconds`, or at once when `process` has ended."""
    deadline = time.monotonic() + seconds
    while not ready():
        ended = process is not None and process.poll() is not None
        if ended or time.monotonic() > deadline:
            why = "It ended" if ended else f"Not ready after {seconds:.0f} s"
            raise NotReady(f"{why}. {log.read_text(errors='replace')[-3000:] if log else ''}")
        time.sleep(0.1)


@contextmanager
def running(
    arguments: Sequence[str],
    log: Path,
    cwd: Path,
    environment: Mapping[str, str],
    gently: bool = True,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command in a session of its own, its output in `log`; stop it on leaving.

    `environment` is added to ours. `gently`: as Ctrl-C does, and killed with its children
    only when that takes too long.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            arguments,
            cwd=cwd,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if gently and process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
