"""All that is learned to read a message, free of Rasa: topics, signs, and two deciders.

The deciders learn from what the classifier and the sign reader say of authors they have not
learned from (folds by author), as they will have to decide on patients nobody has read. Their
thresholds are computed there too, and kept with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict

from cimento.nlu import signs, topics
from cimento.nlu.clauses import clauses
from cimento.nlu.evidence import Evidence, alarm_row, asked_rows, candidates
from cimento.nlu.sign_reader import Learnt, Marked, SignReader, prepare
from cimento.nlu.text import clip, normalise
from cimento.nlu.topic_model import (
    build_features,
    confidences,
    fit_matrix,
    matrix,
    new_classifier,
)

# What an alarm missed is worth in needless ones. The threshold on a calibrated likelihood
# follows: it is alarmed when missing would cost more than alarming.
MISSED_IS_WORTH = 3
# Of messages that ask one thing, at most this part may get a second answer.
SECOND_ANSWERS = 0.05
_FOLDS = 3
_AT_ONCE = 2  # processes: the machine that this is measured on has two cores


@dataclass(frozen=True)
class Example:
    """A training line. `topics`: asked or told, the gravest first; `author`: None when it is
    not known, and the line in no fold; `marked`: the signs, by their place in `text`."""

    text: str
    topics: tuple[str, ...]
    author: str | None = None
    marked: tuple[Marked, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What was read of a message: topics, best first, with their shares; how likely it tells
    an alarm and of which sign; and the topics that are asked, the surest first."""

    ranking: list[tuple[str, float]]
    alarm: float
    sign: str
    is_alarm: bool
    asked: list[str] = field(default_factory=list)


def _decider(random_seed: int) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(
        n_estimators=200,
        max_depth=4,
        learning_rate=0.08,
        subsample=0.5,
        max_features="sqrt",
        random_state=random_seed,
    )


class MessageModel:
    """Reads messages, once it has learned from examples."""

    def __init__(self, c: float, sharpness: float, random_seed: int) -> None:
        self.options = {"c": c, "sharpness": sharpness, "random_seed": random_seed}
        self.features = build_features()
        self.classifier = new_classifier(c, random_seed)
        self.reader = SignReader(random_seed)
        self.alarm_decider = _decider(random_seed)
        self.asked_decider = _decider(random_seed)
        self.asked_from = 1.0

    @property
    def names(self) -> list[str]:
        """The topics, in the order of the classifier."""
        return [str(name) for name in self.classifier.classes_]

    def _rows(self, texts: Sequence[str]) -> csr_matrix:
        return matrix(self.features, texts)

    # Learning

    def fit(self, examples: Sequence[Example]) -> "MessageModel":
        """Learn. Deterministic for one seed. Takes minutes for tens of thousands of lines."""
        examples = [
            Example(normalise(clip(e.text)), e.topics, e.author, e.marked) for e in examples
        ]
        single = [e for e in examples if len(e.topics) == 1]
        several = [e for e in examples if len(e.topics) > 1 and e.author is not None]
        # Those of known authors, in the order of their rows.
        known = np.array([i for i, e in enumerate(single) if e.author is not None], dtype=int)
        written = [*(single[i] for i in known), *several]
        cut = [clauses(e.text) for e in written]
        rows = fit_matrix(self.features, [e.text for e in single])
        whole = vstack([rows[known], self._rows([e.text for e in several])], format="csr")
        parts = self._rows([clause for found in cut for clause in found])
        labels = np.array([e.topics[0] for e in single])
        learnt = prepare([(e.text, e.marked) for e in written])
        authors = sorted({e.author for e in written if e.author})
        folds = [set(authors[k::_FOLDS]) for k in range(_FOLDS)]
        read = Parallel(n_jobs=_AT_ONCE)(
            delayed(self._read_fold)(fold, single, rows, labels, written, cut, whole, parts, learnt)
            for fold in folds
        )
        evidence = [one for fold in read for one in fold]
        order = [i for fold in folds for i, e in enumerate(written) if e.author in fold]
        self.classifier.fit(rows, labels)
        self.reader.fit(learnt, np.arange(len(written)))
        self._learn_to_decide([written[i] for i in order], evidence)
        return self

    def _read_fold(
        self, out: set[str], single: Sequence[Example], rows: csr_matrix, labels: NDArray[Any],
        written: Sequence[Example], cut: Sequence[list[str]], whole: csr_matrix,
        parts: csr_matrix, learnt: Learnt,
    ) -> list[Evidence]:  # fmt: skip
        """Return what a model that has not learned from the authors `out` reads of theirs."""
        kept = np.array([e.author not in out for e in single])
        seed = int(self.options["random_seed"])
        classifier = new_classifier(self.options["c"], seed).fit(rows[kept], labels[kept])
        inside = np.array([i for i, e in enumerate(written) if e.author not in out])
        reader = SignReader(seed).fit(learnt, inside)
        ends = np.cumsum([0, *(len(found) for found in cut)])
        found = []
        for i, example in enumerate(written):
            if example.author in out:
                margins = classifier.decision_function(whole[i])
                of_parts = (
                    classifier.decision_function(parts[ends[i] : ends[i + 1]])
                    if cut[i]
                    else np.empty((0, margins.shape[1]))
                )
                found.append(self._evidence(example.text, margins, cut[i], of_parts, reader))
        return found

    def _evidence(
        self, text: str, margins: NDArray[Any], cut: list[str], of_parts: NDArray[Any],
        reader: SignReader,
    ) -> Evidence:  # fmt: skip
        sharpness = self.options["sharpness"]
        shares = confidences(of_parts, sharpness) if cut else of_parts
        whole = confidences(margins, sharpness)[0]
        return Evidence(text, margins[0], whole, cut, of_parts, shares, reader.read(text))

    def _learn_to_decide(self, examples: list[Example], evidence: list[Evidence]) -> None:
        names = self.names
        authors = np.array([e.author for e in examples])
        alarming = np.array([bool(set(e.topics) & set(signs.SIGNS)) for e in examples])
        self.alarm_decider.fit(np.stack([alarm_row(one, names) for one in evidence]), alarming)

        rows, asked, of_example = [], [], []
        for i, (example, one) in enumerate(zip(examples, evidence, strict=True)):
            among = candidates(one)
            rows.append(asked_rows(one, names, among))
            asked += [names[topic] in example.topics for topic in among]
            of_example += [i] * len(among)
        table, wanted, owner = np.vstack(rows), np.array(asked), np.array(of_example)
        likely = cross_val_predict(
            _decider(int(self.options["random_seed"])), table, wanted, groups=authors[owner],
            cv=GroupKFold(_FOLDS), method="predict_proba", n_jobs=_AT_ONCE,
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
        margins = self.classifier.decision_function(self._rows([text, *cut]))
        one = self._evidence(text, margins[:1], cut, margins[1:], self.reader)
        names = self.names
        alarm = float(self.alarm_decider.predict_proba(alarm_row(one, names)[None])[0, 1])
        among = candidates(one)
        likely = self.asked_decider.predict_proba(asked_rows(one, names, among))[:, 1]
        order = np.argsort(-likely)
        asked = [
            names[among[i]] for n, i in enumerate(order) if n == 0 or likely[i] >= self.asked_from
        ]
        ranking = [(names[i], float(one.shares[i])) for i in np.argsort(-one.shares)]
        return Reading(
            ranking, alarm, _likeliest_sign(one, names), alarm >= 1 / (1 + MISSED_IS_WORTH), asked
        )


def _likeliest_sign(evidence: Evidence, names: list[str]) -> str:
    """Return the sign that an alarm is of: a vital one when any clause is about it first."""
    shares = np.vstack([evidence.shares[None], evidence.clause_shares])
    told = {sign: float(shares[:, names.index(sign)].max()) for sign in signs.SIGNS}
    first = {names[i] for i in shares.argmax(1)}
    vital = [sign for sign in topics.VITAL if sign in first]
    return max(vital or signs.SIGNS, key=lambda sign: told[sign])
