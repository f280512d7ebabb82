"""All that is learned to read a message, free of Rasa: the topics, and what decides on them.

The deciders learn from what the classifier says of authors it has not learned from (folds by
author), as they will have to decide on patients nobody has read.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from cimento.nlu import signs
from cimento.nlu.clauses import MOST, clauses
from cimento.nlu.deciders import NO_ALARM, Deciders, Given, is_alarm, sign_told
from cimento.nlu.evidence import Evidence, alarm_row, asked_rows, candidates
from cimento.nlu.features import Features
from cimento.nlu.text import clip, normalise
from cimento.nlu.topic_model import TopicClassifier, confidences

_FOLDS = 2
# Lines whose author was not noted are shared out among this many names, by their text.
_UNNAMED = 8
_AT_ONCE = 2  # processes: one for each fold


@dataclass(frozen=True)
class Example:
    """A training line. `topics`: asked or told, the gravest first; `author`: None when it is
    not known."""

    text: str
    topics: tuple[str, ...]
    author: str | None = None


@dataclass(frozen=True)
class Reading:
    """What was read of a message: topics, best first, with their shares; how likely it tells
    an alarm and of which sign; the topics that are asked, the surest first, and the number of the
    clause that asks each; the topic of the first of several clauses."""

    ranking: list[tuple[str, float]]
    alarm: float
    sign: str
    is_alarm: bool
    asked: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    opening: str = ""


def _unnamed(text: str) -> str:
    return f"unnamed {zlib.crc32(text.encode()) % _UNNAMED}"


class MessageModel:
    """Reads messages, once it has learned from examples."""

    def __init__(self, c: float, sharpness: float, random_seed: int) -> None:
        self.options = {"c": c, "sharpness": sharpness, "random_seed": random_seed}
        self.features = Features()
        self.classifier = TopicClassifier(c, random_seed)
        self.deciders = Deciders(random_seed)

    @property
    def names(self) -> list[str]:
        """The topics, in the order of the classifier."""
        return self.classifier.names

    # Learning

    def fit(self, examples: Sequence[Example]) -> "MessageModel":
        """Learn. Deterministic for one seed, whatever the order of `examples`.

        Takes minutes for tens of thousands of lines.
        """
        read = (Example(normalise(clip(e.text)), e.topics, e.author) for e in examples)
        named = [Example(e.text, e.topics, e.author or _unnamed(e.text)) for e in read]
        # In one order: a line that moves to another file changes nothing.
        examples = sorted(named, key=lambda e: (e.text, e.topics, e.author))
        topics = [e.topics for e in examples]
        cut = [clauses(e.text) for e in examples]
        rows = self.features.fit([e.text for e in examples], _AT_ONCE)
        parts = self.features.rows([clause for found in cut for clause in found])
        authors = sorted({str(e.author) for e in examples})
        folds = [set(authors[k::_FOLDS]) for k in range(_FOLDS)]
        folded = Parallel(n_jobs=_AT_ONCE)(
            delayed(self._read_fold)(fold, examples, cut, rows, parts) for fold in folds
        )
        given = [one for fold in folded for one in fold]
        order = [i for fold in folds for i, e in enumerate(examples) if e.author in fold]
        self.classifier.fit(rows, topics, at_once=_AT_ONCE)
        self.deciders.fit(
            [topics[i] for i in order], [str(examples[i].author) for i in order], given
        )
        return self

    def _read_fold(
        self, out: set[str], examples: Sequence[Example],
        cut: Sequence[list[str]], rows: csr_matrix, parts: csr_matrix,
    ) -> list[Given]:  # fmt: skip
        """Return what a model that has not learned from the authors `out` makes of their lines."""
        theirs = np.array([e.author in out for e in examples])
        learned = [e.topics for e in examples if e.author not in out]
        classifier = TopicClassifier(self.options["c"], int(self.options["random_seed"]))
        classifier.fit(rows[~theirs], learned)
        of_whole = classifier.margins(rows[theirs])
        of_parts = classifier.margins(parts[np.repeat(theirs, [len(found) for found in cut])])
        given, start = [], 0
        for i, margins in zip(np.flatnonzero(theirs), of_whole, strict=True):
            end = start + len(cut[i])
            one = self._evidence(examples[i].text, margins, cut[i], of_parts[start:end])
            among = candidates(one)
            rows_asked = asked_rows(one, classifier.names, among)
            topics = [classifier.names[topic] for topic in among]
            given.append(Given(alarm_row(one, classifier.names), rows_asked, topics))
            start = end
        return given

    def _evidence(
        self, text: str, margins: NDArray[Any], cut: list[str], of_parts: NDArray[Any]
    ) -> Evidence:
        shares = confidences(np.vstack([margins, of_parts]), self.options["sharpness"])
        return Evidence(text, margins, shares[0], cut, of_parts, shares[1:])

    # Reading

    def read(self, text: str) -> Reading:
        """Return what `text` says and asks; it must hold a letter or a figure."""
        text = normalise(clip(text))
        cut = clauses(text)
        margins = self.classifier.margins(self.features.few_rows([text, *cut]))
        one = self._evidence(text, margins[0], cut, margins[1:])
        names = self.names
        told = self.deciders.alarms(alarm_row(one, names))
        alarm = 1 - told.pop(NO_ALARM)
        among = candidates(one)
        asked = [names[among[i]] for i in self.deciders.asked(asked_rows(one, names, among))]
        ranking = [(names[i], float(one.shares[i])) for i in np.argsort(-one.shares)]
        sign = sign_told(told)
        # Longer than nearly all that was learned from: a sign named in plain words stands.
        stands = len(cut) >= MOST and bool(signs.present(signs.read(text)))
        places = {
            name: int(one.clause_shares[:, names.index(name)].argmax()) for name in asked if cut
        }
        opening = names[int(one.clause_shares[0].argmax())] if cut else ""
        return Reading(ranking, alarm, sign, is_alarm(alarm) or stands, asked, places, opening)
