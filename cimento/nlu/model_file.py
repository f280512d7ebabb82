"""Keep a MessageModel in files that run no code when they are read: skops, JSON and arrays.

skops writes the words of a vectoriser one by one, and takes half a minute to read them again.
"""

import json
from pathlib import Path
from zipfile import ZIP_DEFLATED

import numpy as np
from skops.io import dump, get_untrusted_types
from skops.io import load as read_estimators

from cimento.nlu.message_model import MessageModel

_TREES, _WORDS, _ARRAYS, _OPTIONS = "trees.skops", "words.json", "arrays.npz", "options.json"
# What the file may name: classes of this library.
_LIBRARY = "sklearn."


class ModelFileError(Exception):
    """A model file cannot be used; the message says what to do."""


def save(model: MessageModel, directory: Path) -> None:
    """Write `model` into `directory`."""
    trees = {"of_alarm": model.deciders.of_alarm, "of_asked": model.deciders.of_asked}
    # Packed here: Rasa packs the whole archive again, ten times slower.
    dump(trees, directory / _TREES, compression=ZIP_DEFLATED)
    parts = model.features.parts
    words = [sorted(part.vocabulary_, key=part.vocabulary_.__getitem__) for part in parts]
    (directory / _WORDS).write_text(json.dumps(words), encoding="utf-8")
    arrays = {
        "weights": model.classifier.weights,
        "biases": model.classifier.biases,
    }
    np.savez_compressed(directory / _ARRAYS, *(part.idf_ for part in parts), **arrays)
    options = {**model.options, "asked_from": model.deciders.asked_from, "topics": model.names}
    (directory / _OPTIONS).write_text(json.dumps(options), encoding="utf-8")


def load(directory: Path) -> MessageModel:
    """Return the model in `directory`. Raises ModelFileError when it names code of others."""
    file = directory / _TREES
    named = set(get_untrusted_types(file=file))
    if foreign := {name for name in named if not name.startswith(_LIBRARY)}:
        raise ModelFileError(
            f"The model names code that is not ours ({', '.join(sorted(foreign))}). "
            "Train it again: cimento train"
        )
    options = json.loads((directory / _OPTIONS).read_text(encoding="utf-8"))
    asked_from, names = options.pop("asked_from"), options.pop("topics")
    model = MessageModel(**options)
    trees = read_estimators(file, trusted=sorted(named))
    model.deciders.of_alarm = trees["of_alarm"]
    model.deciders.of_asked = trees["of_asked"]
    model.deciders.asked_from = asked_from
    words = json.loads((directory / _WORDS).read_text(encoding="utf-8"))
    with np.load(directory / _ARRAYS, allow_pickle=False) as arrays:
        for number, (part, known) in enumerate(zip(model.features.parts, words, strict=True)):
            part.vocabulary_ = {word: i for i, word in enumerate(known)}
            part.idf_ = arrays[f"arr_{number}"]
        model.classifier.weights, model.classifier.biases = arrays["weights"], arrays["biases"]
    model.classifier.names = names
    return model
