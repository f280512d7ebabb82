"""All that is learned to read a message, free of Rasa: topics, and two deciders.

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
from scipy.sparse import csr_matrix, vstack
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict

from cimento.nlu import signs
from cimento.nlu.clauses import clauses
from cimento.nlu.evidence import Evidence, alarm_row, asked_rows, candidates
from cimento.nlu.text import clip, normalise
from cimento.nlu.topic_model import (
    build_features,
    clause_matrix,
    confidences,
    fit_matrix,
    matrix,
    new_classifier,
)

# What an alarm missed is worth in needless ones. The threshold on a calibrated likelihood
# follows: it is alarmed when missing would cost more than alarming.
MISSED_IS_WORTH = 2
# Of messages that ask one thing, at most this part may get a second answer.
SECOND_ANSWERS = 0.05
_NO_ALARM = "none"
_FOLDS = 2
# Lines whose author was not noted are shared out among this many names, by their text.
_UNNAMED = 8
_TREES = 100
_FEWEST_OF_ALARM, _FEWEST_ASKED = 3, 20
_AT_ONCE = 2  # processes: the machine that this is measured on has two cores


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
    an alarm and of which sign; and the topics that are asked, the surest first."""

    ranking: list[tuple[str, float]]
    alarm: float
    sign: str
    is_alarm: bool
    asked: list[str] = field(default_factory=list)


def _decider(fewest: int, random_seed: int) -> ExtraTreesClassifier:
    """Return an untrained decider, whose leaves hold `fewest` lines or more."""
    return ExtraTreesClassifier(
        n_estimators=_TREES, min_samples_leaf=fewest, n_jobs=_AT_ONCE, random_state=random_seed
    )


def _likelihoods(decider: ExtraTreesClassifier, rows: NDArray[Any]) -> NDArray[Any]:
    """Return what `predict_proba` does, in a tenth of its time for a few rows.

    It prepares threads and checks its input once for each tree.
    """
    votes = [tree.tree_.predict(rows) for tree in decider.estimators_]
    mean: NDArray[Any] = np.mean([vote / vote.sum(1, keepdims=True) for vote in votes], axis=0)
    return mean


def _unnamed(text: str) -> str:
    return f"unnamed {zlib.crc32(text.encode()) % _UNNAMED}"


class MessageModel:
    """Reads messages, once it has learned from examples."""

    def __init__(self, c: float, sharpness: float, random_seed: int) -> None:
        self.options = {"c": c, "sharpness": sharpness, "random_seed": random_seed}
        self.features = build_features()
        self.classifier = new_classifier(c, random_seed)
        self.alarm_decider = _decider(_FEWEST_OF_ALARM, random_seed)
        self.asked_decider = _decider(_FEWEST_ASKED, random_seed)
        self.asked_from = 1.0

    @property
    def names(self) -> list[str]:
        """The topics, in the order of the classifier."""
        return [str(name) for name in self.classifier.classes_]

    # Learning

    def fit(self, examples: Sequence[Example]) -> "MessageModel":
        """Learn. Deterministic for one seed. Takes minutes for tens of thousands of lines."""
        examples = [
            Example(text, e.topics, e.author or _unnamed(text))
            for e in examples
            for text in [normalise(clip(e.text))]
        ]
        single = [e for e in examples if len(e.topics) == 1]
        several = [e for e in examples if len(e.topics) > 1]
        written = [*single, *several]
        cut = [clauses(e.text) for e in written]
        rows = fit_matrix(self.features, [e.text for e in single])
        others = matrix(self.features, [e.text for e in several])
        whole = vstack([rows, others], format="csr")
        parts = clause_matrix(self.features, [clause for found in cut for clause in found])
        labels = np.array([e.topics[0] for e in single])
        authors = sorted({str(e.author) for e in written})
        folds = [set(authors[k::_FOLDS]) for k in range(_FOLDS)]
        read = Parallel(n_jobs=_AT_ONCE)(
            delayed(self._read_fold)(fold, labels, written, cut, whole, parts) for fold in folds
        )
        evidence = [one for fold in read for one in fold]
        order = [i for fold in folds for i, e in enumerate(written) if e.author in fold]
        self.classifier.fit(rows, labels)
        self._learn_to_decide([written[i] for i in order], evidence)
        return self

    def _read_fold(
        self, out: set[str], labels: NDArray[Any], written: Sequence[Example],
        cut: Sequence[list[str]], whole: csr_matrix, parts: csr_matrix,
    ) -> list[Evidence]:  # fmt: skip
        """Return what a model that has not learned from the authors `out` reads of theirs.

        `labels` are the topics of the first lines of `written`, those that have one.
        """
        kept = np.array([e.author not in out for e in written[: len(labels)]])
        seed = int(self.options["random_seed"])
        classifier = new_classifier(self.options["c"], seed)
        classifier.fit(whole[: len(labels)][kept], labels[kept])
        ends = np.cumsum([0, *(len(found) for found in cut)])
        theirs = [i for i, e in enumerate(written) if e.author in out]
        of_whole = classifier.decision_function(whole[theirs])
        of_parts = classifier.decision_function(parts)
        return [
            self._evidence(written[i].text, row, cut[i], of_parts[ends[i] : ends[i + 1]])
            for i, row in zip(theirs, of_whole, strict=True)
        ]

    def _evidence(
        self, text: str, margins: NDArray[Any], cut: list[str], of_parts: NDArray[Any]
    ) -> Evidence:
        shares = confidences(np.vstack([margins, of_parts]), self.options["sharpness"])
        return Evidence(text, margins, shares[0], cut, of_parts, shares[1:])

    def _learn_to_decide(self, examples: list[Example], evidence: list[Evidence]) -> None:
        names = self.names
        authors = np.array([e.author for e in examples])
        alarms = [next((s for s in signs.SIGNS if s in e.topics), _NO_ALARM) for e in examples]
        self.alarm_decider.fit(np.stack([alarm_row(one, names) for one in evidence]), alarms)

        rows, asked, of_example = [], [], []
        for i, (example, one) in enumerate(zip(examples, evidence, strict=True)):
            among = candidates(one)
            rows.append(asked_rows(one, names, among))
            asked += [names[topic] in example.topics for topic in among]
            of_example += [i] * len(among)
        table, wanted, owner = np.vstack(rows), np.array(asked), np.array(of_example)
        likely = cross_val_predict(
            _decider(_FEWEST_ASKED, int(self.options["random_seed"])), table, wanted, groups=authors[owner],
            cv=GroupKFold(_FOLDS), method="predict_proba",
        )[:, 1]  # fmt: skip
        # The second likeliest topic of each message that asks one thing.
        seconds = [
            np.sort(likely[owner == i])[-2]
            for i, example in enumerate(examples)
            if len(example.topics) == 1
        ]
        self.asked_from = float(np.quantile(seconds, 1 - SECOND_ANSWERS))
        self.asked_decider.fit(table, wanted)

    # Reading

    def read(self, text: str) -> Reading:
        """Return what `text` says and asks; it must hold a letter or a figure."""
        text = normalise(clip(text))
        cut = clauses(text)
        rows = vstack([matrix(self.features, [text]), clause_matrix(self.features, cut)], "csr")
        margins = self.classifier.decision_function(rows)
        one = self._evidence(text, margins[0], cut, margins[1:])
        names = self.names
        told = _likelihoods(self.alarm_decider, alarm_row(one, names)[None])[0]
        signs_told = dict(zip(map(str, self.alarm_decider.classes_), map(float, told), strict=True))
        alarm = 1 - signs_told.pop(_NO_ALARM)
        sign = max(signs_told, key=lambda name: signs_told[name])
        among = candidates(one)
        likely = _likelihoods(self.asked_decider, asked_rows(one, names, among))[:, 1]
        order = np.argsort(-likely)
        asked = [
            names[among[i]] for n, i in enumerate(order) if n == 0 or likely[i] >= self.asked_from
        ]
        ranking = [(names[i], float(one.shares[i])) for i in np.argsort(-one.shares)]
        return Reading(ranking, alarm, sign, alarm >= 1 / (1 + MISSED_IS_WORTH), asked)
