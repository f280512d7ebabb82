"""Put another model in place once it has proved itself; keep the one before, and go back to it.

A server that runs keeps the model that it has loaded: restarted, it loads the one in place.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from cimento.ops.model import canary
from cimento.ops.model.artefact import ModelRefused, check, read_record, unpack
from cimento.ops.model.reading import NotAModel, Read, reader
from cimento.ops.train import MODEL, RECORD, state
from cimento.settings.paths import ROOT

PREVIOUS = "previous"  # folder in models/


def install(file: Path, root: Path = ROOT, load: Callable[[Path], Read] = reader) -> None:
    """Put the model in `file` (see artefact.pack) in place, if it is whole, of these sources, and
    understands every message of the canary set. Raises ModelRefused, and then changes nothing."""
    with _staging(root) as folder:
        staging = Path(folder)
        unpack(file, staging)
        check(staging, root)
        if state(root) == "fresh" and _digest(staging) == _digest(root / MODEL.parent):
            raise ModelRefused("It is in place already: there is nothing to do.")
        try:
            failed = canary.failures(load(staging / MODEL.name))
        except NotAModel as error:
            raise ModelRefused(f"Rasa cannot load it ({error}).") from error
        if failed:
            raise ModelRefused("It does not understand what it must:\n- " + "\n- ".join(failed))
        _put(staging, root)


def rollback(root: Path = ROOT) -> None:
    """Put the model before the one in place back; once more, and the other is back. Raises
    ModelRefused."""
    previous = root / MODEL.parent / PREVIOUS
    if not previous.exists():
        raise ModelRefused("There is no model before this one.")
    check(previous, root)
    with _staging(root) as folder:
        staging = Path(folder)
        for name in (MODEL.name, RECORD.name):
            shutil.copy2(previous / name, staging)
        _put(staging, root)


def _digest(models: Path) -> str:
    return str(read_record(models)["model"])


def _staging(root: Path) -> "tempfile.TemporaryDirectory[str]":
    """Return a new folder on the disk of the models, removed on leaving."""
    models = root / MODEL.parent
    models.mkdir(exist_ok=True)
    models.chmod(0o755)  # the user that serves is not the one that installs
    return tempfile.TemporaryDirectory(dir=models, prefix="new-")


def _put(staging: Path, root: Path) -> None:
    """Replace the model in place by the one in `staging`; there is a model at every moment.

    Between the model and its record, a server that starts finds it damaged, refuses, and is
    started again.
    """
    models = root / MODEL.parent
    if state(root) in ("fresh", "stale"):
        kept = staging / PREVIOUS
        kept.mkdir(mode=0o755)
        for name in (MODEL.name, RECORD.name):
            if (models / name).exists():
                shutil.copy2(models / name, kept)
        shutil.rmtree(models / PREVIOUS, ignore_errors=True)
        kept.rename(models / PREVIOUS)
    for name in (MODEL.name, RECORD.name):
        (staging / name).chmod(0o644)  # nothing in it is private
        (staging / name).replace(models / name)
