"""Find the signs that a message speaks of, and say of each whether it is there: learned.

Two linear models, learned from the words that authors marked in their lines
(data/nlu/authors): the first says of each word which sign it tells, the second, from the
words around, what is said of it. Misspelt words are known by their pieces and their sound.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from cimento.nlu.words import pieces, sound, words

SIGNS = ("fever", "chills", "pain", "vital", "suicidal", "other")
# What may be said of a sign. A question about it is answered as a report.
ASSERTIONS = ("there", "absent", "before", "elsewhere", "other_sense")
ROLES = {
    "present": "there", "asked": "there", "denied": "absent", "past": "absent",
    "before": "before", "elsewhere": "elsewhere", "sense": "other_sense",
}  # fmt: skip
_NO_SIGN = "none"
_AROUND, _FAR = 6, 10  # words looked at on each side, to find a sign and to judge it
_CLAUSE_ENDS = set(".!?;:")
_WORD_FEATURES, _CONTEXT_FEATURES = 2**19, 2**18
# Of the lines without a sign so many are enough to know what is none: the others would
# double the time of training for the same figures.
_ONE_UNMARKED_IN = 4
_A_MENTION = 0.3  # a word is looked at when this likely to tell a sign: the turn decides

Marked = tuple[int, int, str, str]  # start, end, sign, role: an entity of a training line


@dataclass(frozen=True)
class Mention:
    """One sign that a message speaks of: how likely it is that (0 to 1), and how likely each
    of ASSERTIONS."""

    sign: str
    likely: float
    said: tuple[float, ...]


def _word_features(forms: Sequence[str], i: int) -> dict[str, float]:
    def at(j: int) -> str:
        return forms[j] if 0 <= j < len(forms) else "_"

    own = forms[i]
    found = {f"w={own}": 1.0, f"s={sound(own)}": 1.0}
    found.update((f"p={piece}", 1.0) for piece in pieces(own))
    for offset in (-2, -1, 1, 2):
        found[f"{offset}={at(i + offset)}"] = 1.0
        found[f"{offset}s={sound(at(i + offset))}"] = 0.5
    found[f"l={at(i - 1)} {own}"] = found[f"r={own} {at(i + 1)}"] = 1.0
    found[f"lr={at(i - 1)} {own} {at(i + 1)}"] = 1.0
    for j in range(max(0, i - _AROUND), min(len(forms), i + _AROUND + 1)):
        if abs(j - i) > 2:
            found[f"near={sound(forms[j])}"] = 0.5
    return found


def _context_features(forms: Sequence[str], start: int, end: int, sign: str) -> dict[str, float]:
    found = {f"sign={sign}": 1.0, f"{sign}={' '.join(forms[start:end])}": 1.0}
    for form in forms[start:end]:
        found[f"in={form}"], found[f"ins={sound(form)}"] = 1.0, 0.5
    before = range(start - 1, max(-1, start - 1 - _FAR), -1)
    after = range(end, min(len(forms), end + _FAR))
    for side, places in (("L", before), ("R", after)):
        clause, previous = 0, "^"
        for distance, j in enumerate(places, 1):
            form = forms[j]
            clause |= form in _CLAUSE_ENDS
            zone = "near" if distance <= 2 else "mid" if distance <= 5 else "far"
            found[f"{side}{zone}{clause}={form}"] = 1.0
            found[f"{side}{clause}s={sound(form)}"] = 0.7
            if distance <= _AROUND:
                found[f"{side}={previous} {form}"] = 1.0
            if distance <= 2:
                found[f"{side}{distance}={form}"] = found[f"{side}{distance}{sign}={form}"] = 1.0
            previous = form
    return found


@dataclass
class Learnt:
    """The matrices of some marked lines. Rows of `words` belong to lines by `line_of_word`;
    rows of `contexts`, one a marked sign, by `line_of_context`."""

    words: csr_matrix
    labels: NDArray[Any]
    line_of_word: NDArray[Any]
    contexts: csr_matrix
    assertions: NDArray[Any]
    line_of_context: NDArray[Any]


def prepare(lines: Iterable[tuple[str, Sequence[Marked]]]) -> Learnt:
    """Return the matrices of (normalised text, what is marked in it)."""
    word_rows: list[dict[str, float]] = []
    context_rows: list[dict[str, float]] = []
    labels: list[str] = []
    assertions: list[str] = []
    of_word: list[int] = []
    of_context: list[int] = []
    for number, (text, marked) in enumerate(lines):
        if not marked and number % _ONE_UNMARKED_IN:
            continue
        spans, forms = words(text)
        told = [_NO_SIGN] * len(forms)
        for start, end, sign, role in marked:
            inside = [i for i, (a, b) in enumerate(spans) if a < end and b > start]
            for i in inside:
                told[i] = sign
            if inside:
                context_rows.append(_context_features(forms, inside[0], inside[-1] + 1, sign))
                assertions.append(ROLES[role])
                of_context.append(number)
        word_rows += [_word_features(forms, i) for i in range(len(forms))]
        labels += told
        of_word += [number] * len(forms)
    return Learnt(
        FeatureHasher(_WORD_FEATURES).transform(word_rows),
        np.array(labels),
        np.array(of_word),
        FeatureHasher(_CONTEXT_FEATURES).transform(context_rows),
        np.array(assertions),
        np.array(of_context),
    )


class SignReader:
    """The two models. `fit` learns from the lines of `learnt` whose numbers are in `lines`."""

    def __init__(self, random_seed: int) -> None:
        options: dict[str, Any] = {"loss": "log_loss", "average": True, "random_state": random_seed}
        self._finder = SGDClassifier(alpha=3e-6, max_iter=5, tol=None, **options)
        self._judge = SGDClassifier(alpha=1e-5, max_iter=20, tol=None, **options)

    def fit(self, learnt: Learnt, lines: NDArray[Any]) -> "SignReader":
        """Learn; deterministic for one seed."""
        kept = np.isin(learnt.line_of_word, lines)
        self._finder.fit(learnt.words[kept], learnt.labels[kept])
        kept = np.isin(learnt.line_of_context, lines)
        self._judge.fit(learnt.contexts[kept], learnt.assertions[kept])
        return self

    def read(self, text: str) -> list[Mention]:
        """Return what a normalised `text` says of signs, in its order."""
        _, forms = words(text)
        if not forms:
            return []
        rows = [_word_features(forms, i) for i in range(len(forms))]
        likely = self._finder.predict_proba(FeatureHasher(_WORD_FEATURES).transform(rows))
        places = self._places(likely)
        if not places:
            return []
        contexts = [_context_features(forms, a, b, sign) for a, b, sign, _ in places]
        said = self._judge.predict_proba(FeatureHasher(_CONTEXT_FEATURES).transform(contexts))
        known = [str(name) for name in self._judge.classes_]
        return [
            Mention(
                sign,
                how_likely,
                tuple(float(row[known.index(a)]) if a in known else 0.0 for a in ASSERTIONS),
            )
            for (_, _, sign, how_likely), row in zip(places, said, strict=True)
        ]

    def _places(self, likely: NDArray[Any]) -> list[tuple[int, int, str, float]]:
        """Return (first word, word after, sign, how likely) of the runs of words of one sign."""
        names = list(self._finder.classes_)
        none = names.index(_NO_SIGN)
        signs = [i for i in range(len(names)) if i != none]
        found, i = [], 0
        while i < len(likely):
            if 1 - likely[i, none] < _A_MENTION:
                i += 1
                continue
            best = max(signs, key=lambda sign: likely[i, sign])
            end = i + 1
            while end < len(likely) and likely[end, best] >= _A_MENTION:
                end += 1
            found.append((i, end, names[best], float(likely[i:end, best].max())))
            i = end
        return found

    @property
    def parts(self) -> dict[str, SGDClassifier]:
        """What is kept of it: see from_parts."""
        return {"finder": self._finder, "judge": self._judge}

    @classmethod
    def from_parts(cls, finder: SGDClassifier, judge: SGDClassifier) -> "SignReader":
        """Return the reader that `parts` was asked of."""
        reader = cls(random_seed=0)  # already drawn
        reader._finder, reader._judge = finder, judge
        return reader
