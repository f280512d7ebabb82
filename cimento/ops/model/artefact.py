"""A model in one file, with the digest of its sources, its own, and its figures at the exam."""

import json
import tarfile
from pathlib import Path
from typing import Any

from cimento.ops.train import MODEL, RECORD, state
from cimento.settings.paths import ROOT


class ModelRefused(Exception):
    """A model is not packed, or not put in place; the message says why and what to do."""


_WRONG = {
    "missing": "There is no model in it.",
    "stale": (
        "It was trained on other sources than those of this release: take the model that was made "
        "with this release, or install the release that it was made with."
    ),
    "damaged": "It is damaged: its digest is not the one that was recorded. Copy it again.",
}


def read_record(models: Path) -> dict[str, Any]:
    """Return the record in a folder of a model; empty when there is none that can be read."""
    try:
        record: dict[str, Any] = json.loads((models / RECORD.name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record


def check(models: Path, root: Path = ROOT) -> None:
    """Raise ModelRefused unless a folder holds a whole model of the sources of `root`."""
    if (found := state(root, models)) != "fresh":
        raise ModelRefused(_WRONG[found])


def add_figures(figures: dict[str, int], root: Path = ROOT) -> None:
    """Put the figures of the exam into the record of the model in place."""
    models = root / MODEL.parent
    text = json.dumps({**read_record(models), "figures": figures})
    (models / RECORD.name).write_text(text, encoding="utf-8")


def pack(file: Path, root: Path = ROOT) -> None:
    """Write the model in place and its record into one new `file`. Raises ModelRefused."""
    models = root / MODEL.parent
    check(models, root)
    if "figures" not in read_record(models):
        raise ModelRefused("It has passed no exam: cimento model exam")
    try:
        with tarfile.open(file, "x") as archive:
            for name in (MODEL.name, RECORD.name):
                archive.add(models / name, name)
    except FileExistsError as error:
        raise ModelRefused(f"{file} exists: give another name.") from error


def unpack(file: Path, into: Path) -> None:
    """Write what `pack` wrote into the folder `into`. Raises ModelRefused."""
    try:
        with tarfile.open(file) as archive:
            for name in (MODEL.name, RECORD.name):
                if (member := archive.extractfile(name)) is None:
                    raise KeyError(name)
                (into / name).write_bytes(member.read())
    except (OSError, tarfile.TarError, KeyError) as error:
        raise ModelRefused(
            f"{file} cannot be read as a model ({type(error).__name__}): give what `cimento model "
            "pack` wrote."
        ) from error
