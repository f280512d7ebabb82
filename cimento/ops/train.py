"""Train the model when what it is made of has changed: `cimento train`."""

import hashlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from cimento.ops.processes import running
from cimento.ops.progress import Progress
from cimento.settings.paths import ROOT

MODEL = Path("models/cimento.tar.gz")
RECORD = Path("models/cimento.json")  # what it was made of, how it did at its exam
_LOG = Path("var/log/train.log")
_SOURCES = ("config.yml", "domain.yml", "requirements.txt", "data", "cimento/nlu")


class TrainingError(Exception):
    """Training failed; the message says where its log is."""


def digest(paths: list[Path]) -> str:
    """Return the SHA-256 of files, their names included, in hexadecimal."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def sources_digest(root: Path = ROOT) -> str:
    """Return the SHA-256 of everything a model is made of: data, config, components."""
    files = []
    for name in _SOURCES:
        path = root / name
        files += sorted(path.rglob("*.[py]*")) if path.is_dir() else [path]
    return digest([file for file in files if file.is_file() and file.suffix != ".pyc"])


def state(root: Path = ROOT, models: Path | None = None) -> str:
    """Return "fresh", "missing", "stale" (other sources than those of `root`) or "damaged".

    `models`: the folder of the model and its record, by default that of `root`.
    """
    folder = models or root / MODEL.parent
    if not (folder / MODEL.name).exists():
        return "missing"
    try:
        record = json.loads((folder / RECORD.name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "stale"
    if record.get("model") != digest([folder / MODEL.name]):
        return "damaged"
    return "fresh" if record.get("sources") == sources_digest(root) else "stale"


_REASONS = {
    "missing": "There is no model yet.",
    "stale": "The data, the configuration or the components have changed.",
    "damaged": f"{MODEL} is damaged.",
}


@contextmanager
def _told_to_stop() -> Iterator[Event]:
    """Give what SIGTERM sets, instead of ending us at once with the learner left running.

    An exception from a handler could come between the learner's start and the care for its end.
    """
    told = Event()
    before = signal.signal(signal.SIGTERM, lambda *_: told.set())
    try:
        yield told
    finally:
        signal.signal(signal.SIGTERM, before)


def train(root: Path = ROOT) -> None:
    """Train and record what from. Takes some minutes; shows that it goes on.

    The model in place is replaced only when training succeeded; Ctrl-C and SIGTERM leave nothing
    running. Raises TrainingError.
    """
    (root / MODEL).parent.mkdir(exist_ok=True)
    sources = sources_digest(root)
    with tempfile.TemporaryDirectory(dir=root / MODEL.parent) as out:
        # Validation reads all lines twice more, and is a test: `rasa data validate`.
        command = [sys.executable, "-m", "cimento.ops.lean", "train", "--skip-validation"]
        command += ["--out", out, "--fixed-model-name", "new"]
        with (
            _told_to_stop() as told,
            running(command, root / _LOG, root, {}, gently=False) as process,
        ):
            progress = Progress("Training")
            while process.poll() is None:
                if told.is_set():
                    raise TrainingError("The training was told to stop.")
                progress.tick()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(1)
            progress.end()
        archive = Path(out) / "new.tar.gz"
        if process.returncode or not archive.exists():
            raise TrainingError(f"Training failed: see the end of {_LOG}.")
        archive.replace(root / MODEL)
    record = {"sources": sources, "model": digest([root / MODEL])}
    (root / RECORD).write_text(json.dumps(record), encoding="utf-8")


def train_if_needed(root: Path = ROOT) -> None:
    """Train unless the model is fresh, saying why. Raises TrainingError."""
    found = state(root)
    if found == "fresh":
        print("The model is up to date.")
        return
    print(f"{_REASONS[found]} Training (some minutes)…")
    train(root)
