"""Keep a MessageModel in files that run no code when they are read: JSON and arrays."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cimento.nlu.forest import Forest
from cimento.nlu.message_model import MessageModel

_WORDS, _ARRAYS, _OPTIONS = "words.json", "arrays.npz", "options.json"
_FORESTS = ("of_alarm", "of_asked")  # the attributes of the deciders


def save(model: MessageModel, directory: Path) -> None:
    """Write `model` into `directory`."""
    parts = model.features.parts
    words = [sorted(part.vocabulary_, key=part.vocabulary_.__getitem__) for part in parts]
    (directory / _WORDS).write_text(json.dumps(words), encoding="utf-8")
    arrays: dict[str, NDArray[Any]] = {
        "weights": model.classifier.weights,
        "biases": model.classifier.biases,
    }
    for forest in _FORESTS:
        told = getattr(model.deciders, forest).arrays()
        arrays |= {f"{forest}.{name}": array for name, array in told.items()}
    # Packed here: Rasa packs the whole archive again, ten times slower.
    np.savez_compressed(directory / _ARRAYS, *(part.idf_ for part in parts), **arrays)
    options = {**model.options, "asked_from": model.deciders.asked_from, "topics": model.names}
    (directory / _OPTIONS).write_text(json.dumps(options), encoding="utf-8")


def load(directory: Path) -> MessageModel:
    """Return the model in `directory`. Raises ValueError when an array holds Python objects."""
    options = json.loads((directory / _OPTIONS).read_text(encoding="utf-8"))
    asked_from, names = options.pop("asked_from"), options.pop("topics")
    model = MessageModel(**options)
    words = json.loads((directory / _WORDS).read_text(encoding="utf-8"))
    with np.load(directory / _ARRAYS, allow_pickle=False) as file:
        arrays = dict(file)
    for number, (part, known) in enumerate(zip(model.features.parts, words, strict=True)):
        part.vocabulary_ = {word: i for i, word in enumerate(known)}
        part.idf_ = arrays[f"arr_{number}"]
    model.classifier.weights, model.classifier.biases = arrays["weights"], arrays["biases"]
    model.classifier.names = names
    for forest in _FORESTS:
        of = f"{forest}."
        told = {name[len(of) :]: array for name, array in arrays.items() if name.startswith(of)}
        setattr(model.deciders, forest, Forest.from_arrays(told))
    model.deciders.asked_from = asked_from
    return model
