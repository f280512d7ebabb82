"""Keep a MessageModel in files that run no code when they are read: skops, JSON and arrays.

skops writes the words of a vectoriser one by one, and takes half a minute to read them again.
"""

import json
from pathlib import Path

import numpy as np
from skops.io import dump, get_untrusted_types
from skops.io import load as read_estimators

from cimento.nlu.message_model import MessageModel
from cimento.nlu.topic_model import build_features

_ESTIMATORS, _WORDS, _WEIGHTS, _OPTIONS = (
    "estimators.skops", "words.json", "weights.npz", "options.json",
)  # fmt: skip
# What the file may name: classes of this library.
_LIBRARY = "sklearn."


class ModelFileError(Exception):
    """A model file cannot be used; the message says what to do."""


def save(model: MessageModel, directory: Path) -> None:
    """Write `model` into `directory`."""
    estimators = {
        "classifier": model.classifier,
        "of_alarm": model.deciders.of_alarm,
        "of_asked": model.deciders.of_asked,
    }
    dump(estimators, directory / _ESTIMATORS)
    parts = [part for _, part in model.features.transformer_list]
    words = [sorted(part.vocabulary_, key=part.vocabulary_.__getitem__) for part in parts]
    (directory / _WORDS).write_text(json.dumps(words), encoding="utf-8")
    np.savez(directory / _WEIGHTS, *(part.idf_ for part in parts))
    options = {**model.options, "asked_from": model.deciders.asked_from}
    (directory / _OPTIONS).write_text(json.dumps(options), encoding="utf-8")


def load(directory: Path) -> MessageModel:
    """Return the model in `directory`. Raises ModelFileError when it names code of others."""
    file = directory / _ESTIMATORS
    named = set(get_untrusted_types(file=file))
    if foreign := {name for name in named if not name.startswith(_LIBRARY)}:
        raise ModelFileError(
            f"The model names code that is not ours ({', '.join(sorted(foreign))}). "
            "Train it again: cimento train"
        )
    options = json.loads((directory / _OPTIONS).read_text(encoding="utf-8"))
    asked_from = options.pop("asked_from")
    model = MessageModel(**options)
    estimators = read_estimators(file, trusted=sorted(named))
    model.classifier = estimators["classifier"]
    model.deciders.of_alarm = estimators["of_alarm"]
    model.deciders.of_asked = estimators["of_asked"]
    model.deciders.asked_from = asked_from
    model.features = build_features()
    words = json.loads((directory / _WORDS).read_text(encoding="utf-8"))
    with np.load(directory / _WEIGHTS, allow_pickle=False) as weights:
        for (_, part), known, name in zip(
            model.features.transformer_list, words, weights.files, strict=True
        ):
            part.vocabulary_ = {word: i for i, word in enumerate(known)}
            part.idf_ = weights[name]
    return model
