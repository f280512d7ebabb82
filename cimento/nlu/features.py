"""What the classifier sees of a text: its words, their sounds, and pieces of words."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, make_union

from cimento.nlu.phonetic import sounds
from cimento.nlu.text import spell

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

    @property
    def parts(self) -> list[TfidfVectorizer]:
        """The vectorisers of words, sounds and pieces."""
        return [part for _, part in self.words.transformer_list]

    @cached_property
    def _learned(self) -> list[_Learned]:
        # Once: a vectoriser makes both anew each time it is asked for them.
        return [(part.build_analyzer(), part.vocabulary_, part.idf_) for part in self.parts]

    def fit(self, texts: Sequence[str], at_once: int = 1) -> csr_matrix:
        """Learn from `texts`, in `at_once` processes, and return their rows."""
        self.words.set_params(n_jobs=at_once)
        return csr_matrix(self.words.fit_transform(texts))

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """Return the rows of many texts."""
        return csr_matrix(self.words.transform(texts))

    def few_rows(self, texts: Sequence[str]) -> csr_matrix:
        """Return the rows of a few texts.

        What `rows` does for many, in a third of the time: the vectorisers prepare, check and
        copy at each call.
        """
        weighed = [self._weigh(text) for text in texts]
        ends = np.cumsum([0, *(len(columns) for columns, _ in weighed)])
        columns = np.concatenate([columns for columns, _ in weighed])
        values = np.concatenate([values for _, values in weighed])
        width = sum(len(known) for _, known, _ in self._learned)
        return csr_matrix((values, columns, ends), (len(texts), width))

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
