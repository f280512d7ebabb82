"""Keep a MessageModel in files that run no code when they are read (skops, not pickle)."""

import json
from pathlib import Path

from skops.io import dump, get_untrusted_types
from skops.io import load as read_estimators

from cimento.nlu.message_model import MessageModel

_ESTIMATORS, _OPTIONS = "estimators.skops", "options.json"
# What the file may name: classes of these libraries, and two functions of ours.
_LIBRARIES = ("sklearn.", "scipy.sparse.")
_OURS = {"cimento.nlu.text.spell", "cimento.nlu.phonetic.sounds"}
_ATTRIBUTES = ("features", "classifier", "alarm_decider", "asked_decider")


class ModelFileError(Exception):
    """A model file cannot be used; the message says what to do."""


def save(model: MessageModel, directory: Path) -> None:
    """Write `model` into `directory`."""
    estimators = {name: getattr(model, name) for name in _ATTRIBUTES}
    dump(estimators, directory / _ESTIMATORS)
    options = {**model.options, "asked_from": model.asked_from}
    (directory / _OPTIONS).write_text(json.dumps(options), encoding="utf-8")


def load(directory: Path) -> MessageModel:
    """Return the model in `directory`. Raises ModelFileError when it names code of others."""
    file = directory / _ESTIMATORS
    named = set(get_untrusted_types(file=file))
    if foreign := {name for name in named if not name.startswith(_LIBRARIES)} - _OURS:
        raise ModelFileError(
            f"The model names code that is not ours ({', '.join(sorted(foreign))}). "
            "Train it again: cimento train"
        )
    options = json.loads((directory / _OPTIONS).read_text(encoding="utf-8"))
    asked_from = options.pop("asked_from")
    model = MessageModel(**options)
    estimators = read_estimators(file, trusted=sorted(named))
    for name in _ATTRIBUTES:
        setattr(model, name, estimators[name])
    model.asked_from = asked_from
    return model
