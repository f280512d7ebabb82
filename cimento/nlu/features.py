"""What the classifier sees of a text: its words, their sounds, pieces of words, and its sense."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, make_union

from cimento.nlu.phonetic import sounds
from cimento.nlu.sentence_vectors import DIMENSIONS, encode, encode_all
from cimento.nlu.text import spell

_SENSE_WEIGHT = 0.5  # beside the words; 1 and 2 were measured to harm
_AXES = 128  # of the sentence vectors: as good as all 512, and a third less to learn from

# How a vectoriser splits a text, the columns it knows, and how rare each is.
_Learned = tuple[Callable[[str], list[str]], dict[str, int], NDArray[Any]]


def _words(preprocessor: Callable[[str], str]) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=preprocessor, token_pattern=r"\w+", ngram_range=(1, 2), sublinear_tf=True
    )


class Features:
    """Turns texts into rows, once it has seen the texts to learn from."""

    def __init__(self) -> None:
        pieces = TfidfVectorizer(
            preprocessor=spell, analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True
        )
        self.words: FeatureUnion = make_union(_words(spell), _words(sounds), pieces)
        # The directions in which sentence vectors differ most, (axes, dimensions).
        self.axes: NDArray[np.float32] = np.empty((0, DIMENSIONS), dtype=np.float32)

    @property
    def parts(self) -> list[TfidfVectorizer]:
        """The vectorisers of words, sounds and pieces."""
        return [part for _, part in self.words.transformer_list]

    @cached_property
    def _learned(self) -> list[_Learned]:
        # Once: a vectoriser makes both anew each time it is asked for them.
        return [(part.build_analyzer(), part.vocabulary_, part.idf_) for part in self.parts]

    def fit(self, texts: Sequence[str], random_seed: int, at_once: int = 1) -> csr_matrix:
        """Learn from `texts`, in `at_once` processes, and return their rows."""
        self.words.set_params(n_jobs=at_once)
        words, vectors = self.words.fit_transform(texts), encode_all(texts, at_once)
        axes = PCA(min(_AXES, *vectors.shape), random_state=random_seed)
        self.axes = axes.fit(vectors).components_
        return self._beside(words, vectors)

    def clause_rows(self, texts: Sequence[str]) -> csr_matrix:
        """Return the rows of clauses: without their sense, which would take most of a turn."""
        width = sum(len(part.vocabulary_) for part in self.parts)
        words = self.words.transform(texts) if texts else csr_matrix((0, width))
        return hstack([words, csr_matrix((len(texts), len(self.axes)))], format="csr")

    def message_rows(self, text: str, clauses: Sequence[str]) -> csr_matrix:
        """Return the row of a message and those of its clauses, below it.

        What `fit` and `clause_rows` do for many texts, in a third of the time for a few: the
        vectorisers prepare, check and copy at each call.
        """
        width = sum(len(part.vocabulary_) for part in self.parts)
        sense = _SENSE_WEIGHT * encode([text])[0] @ self.axes.T
        indices, values, ends = [], [], [0]
        for number, one in enumerate([text, *clauses]):
            found, weights = self._weigh(one)
            indices.append(found)
            values.append(weights)
            if not number:
                indices.append(np.arange(width, width + len(sense)))
                values.append(sense)
            ends.append(sum(map(len, indices)))
        shape = (1 + len(clauses), width + len(sense))
        return csr_matrix((np.concatenate(values), np.concatenate(indices), ends), shape)

    def _weigh(self, text: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """Return the columns of the words of `text` and their weights (as TfidfVectorizer)."""
        columns, weights, start = [], [], 0
        for split, known, rarity in self._learned:
            counts = Counter(known[word] for word in split(text) if word in known)
            found = np.fromiter(counts.keys(), np.int64, len(counts))
            often = np.fromiter(counts.values(), np.float64, len(counts))
            weighed = (1 + np.log(often)) * rarity[found]
            columns.append(found + start)
            weights.append(weighed / (np.linalg.norm(weighed) or 1.0))
            start += len(known)
        return np.concatenate(columns), np.concatenate(weights)

    def _beside(self, words: csr_matrix, vectors: NDArray[Any]) -> csr_matrix:
        sense = csr_matrix(_SENSE_WEIGHT * vectors @ self.axes.T)
        return hstack([words, sense], format="csr")
