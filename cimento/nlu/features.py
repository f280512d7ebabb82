"""What the classifier sees of a text: its words, their sounds, pieces of words, and its sense."""

from collections.abc import Callable, Sequence
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


def _words(preprocessor: Callable[[str], str]) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=preprocessor, token_pattern=r"\w+", ngram_range=(1, 2), sublinear_tf=True
    )


class Features:
    """Turns texts into rows, once it has seen the texts to learn from."""

    def __init__(self) -> None:
        pieces = TfidfVectorizer(
            preprocessor=spell, analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True
        )
        self.words: FeatureUnion = make_union(_words(spell), _words(sounds), pieces)
        # The directions in which sentence vectors differ most, (axes, dimensions).
        self.axes: NDArray[np.float32] = np.empty((0, DIMENSIONS), dtype=np.float32)

    @property
    def parts(self) -> list[TfidfVectorizer]:
        """The vectorisers of words, sounds and pieces."""
        return [part for _, part in self.words.transformer_list]

    def fit(self, texts: Sequence[str], random_seed: int, at_once: int = 1) -> csr_matrix:
        """Learn from `texts`, in `at_once` processes, and return their rows."""
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
        """Return the row of a message and those of its clauses, below it."""
        vectors = np.zeros((1 + len(clauses), DIMENSIONS), dtype=np.float32)
        vectors[0] = encode([text])
        return self._beside(self.words.transform([text, *clauses]), vectors)

    def _beside(self, words: csr_matrix, vectors: NDArray[Any]) -> csr_matrix:
        sense = csr_matrix(_SENSE_WEIGHT * vectors @ self.axes.T)
        return hstack([words, sense], format="csr")
