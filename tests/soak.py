"""Run all tests again and again on a busy machine, in another order each time: `make test-soak`.

`python -m tests.soak [RUNS] [SEED]`: 10 runs by default, the first with --shuffle SEED (1 by
default). Two busy loops run beside them. Prints one line for each run, keeps the output of
those that fail in var/soak/, and fails if any did.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from cimento.settings.paths import ROOT

BUSY_LOOPS = 2
_KEPT = ROOT / "var" / "soak"
_COUNTED = ("tests", "failures", "errors", "skipped")


@contextmanager
def busy() -> Iterator[None]:
    """Keep BUSY_LOOPS cores busy until leaving."""
    loops = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY_LOOPS)
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def run(seed: int) -> bool:
    """Run all tests once, print what came of it; return whether all passed."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    log = _KEPT / f"{seed}.log"
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, log.open("wb") as output:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--shuffle={seed}", f"--junitxml={report}"]
        status = subprocess.run(command, cwd=ROOT, stdout=output, stderr=output).returncode
        suite = ElementTree.parse(report).getroot().find("testsuite") if report.exists() else None
    found = {name: int(suite.get(name, 0)) if suite is not None else 0 for name in _COUNTED}
    failed = found["failures"] + found["errors"]
    passed = found["tests"] - failed - found["skipped"]
    print(
        f"seed {seed}: {passed} passed, {failed} failed, {found['skipped']} skipped, "
        f"{time.monotonic() - begun:.0f} s" + (f", see {log}" if status else ""),
        flush=True,
    )
    if not status:
        log.unlink()
    return status == 0


def main() -> int:
    """Run them all; return 1 when a run failed."""
    given = [int(argument) for argument in sys.argv[1:]]
    runs, first = given + [10, 1][len(given) :]
    with busy():
        passed = [run(seed) for seed in range(first, first + runs)]
    print(f"{passed.count(False)} of {runs} runs failed.")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
