"""Train the measured projects, once for as long as their sources stay the same."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cimento.bench.processes import BENCH, BenchError, finish, log_of, progress, started
from cimento.bench.projects import Project


@dataclass(frozen=True)
class Model:
    """A trained model: its archive, and the seconds its training took."""

    archive: Path
    training_s: float


def model_of(project: Project, fresh: bool) -> Model:
    """Return the model of `project`, trained now if `fresh` or if its sources changed.

    Raises BenchError when the training fails.
    """
    archive = BENCH / f"{project.name}-{project.digest[:16]}.tar.gz"
    record = archive.with_name(archive.name.replace(".tar.gz", ".json"))
    if not fresh and archive.exists() and record.exists():
        progress(f"{project.name}: the model in {archive.name} is up to date.")
        return Model(archive, json.loads(record.read_text(encoding="utf-8"))["training_s"])
    BENCH.mkdir(parents=True, exist_ok=True)
    for old in BENCH.glob(f"{project.name}-*"):
        old.unlink()
    seconds = _train(project, archive)
    record.write_text(json.dumps({"training_s": seconds}), encoding="utf-8")
    return Model(archive, seconds)


def _train(project: Project, archive: Path) -> float:
    """Train into `archive`; return the seconds the whole command took.

    As in `cimento train`: without validation, which reads all lines twice more.
    """
    name = f"train_{project.name}"
    with tempfile.TemporaryDirectory(dir=BENCH) as out:
        arguments = [project.rasa, "train", "--skip-validation", "--out", out]
        arguments += ["--fixed-model-name", "new"]
        # An empty cache of its own: Rasa would skip what an earlier training left in .rasa.
        with started(name, arguments, project.root, RASA_CACHE_DIRECTORY=out) as process:
            seconds = finish(process, name, f"Training {project.name}")
        trained = Path(out) / "new.tar.gz"
        if not trained.exists():
            raise BenchError(f"{project.name} left no model: see the end of {log_of(name)}.")
        trained.replace(archive)
    return seconds
