"""The linear model that ranks topics, free of Rasa so that it can be tried alone."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, make_union
from sklearn.svm import LinearSVC

from cimento.nlu.phonetic import sounds
from cimento.nlu.sentence_vectors import DIMENSIONS, encode
from cimento.nlu.text import spell

_VECTOR_WEIGHT = 0.5  # beside the words; 1 and 2 were measured to harm
_TOLERANCE = 1e-2  # of the support vectors: a finer one takes twice as long for the same figures


def _words(preprocessor: Callable[[str], str]) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=preprocessor, token_pattern=r"\w+", ngram_range=(1, 2), sublinear_tf=True
    )


def build_features() -> FeatureUnion:
    """Return the unfitted features: words and pairs, their sounds, pieces of words."""
    pieces = TfidfVectorizer(
        preprocessor=spell, analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True
    )
    return make_union(_words(spell), _words(sounds), pieces)


def _beside_vectors(words: csr_matrix, texts: Sequence[str]) -> csr_matrix:
    return hstack([words, csr_matrix(_VECTOR_WEIGHT * encode(texts))], format="csr")


def matrix(features: FeatureUnion, texts: Sequence[str]) -> csr_matrix:
    """Return the rows of `texts`: what `features` sees in each, and its sentence vector."""
    return _beside_vectors(features.transform(texts), texts)


def clause_matrix(features: FeatureUnion, texts: Sequence[str]) -> csr_matrix:
    """Return the rows of clauses: without sentence vectors, which would take most of a turn."""
    words = features.transform(texts) if texts else csr_matrix((0, _width(features)))
    return hstack([words, csr_matrix((len(texts), DIMENSIONS))], format="csr")


def _width(features: FeatureUnion) -> int:
    return sum(len(part.vocabulary_) for _, part in features.transformer_list)


def fit_matrix(features: FeatureUnion, texts: Sequence[str]) -> csr_matrix:
    """Fit `features` on `texts` and return their rows, as `matrix` would."""
    return _beside_vectors(features.fit_transform(texts), texts)


def new_classifier(c: float, random_seed: int) -> LinearSVC:
    """Return an untrained classifier of topics."""
    return LinearSVC(C=c, tol=_TOLERANCE, random_state=random_seed)


def confidences(margins: NDArray[Any], sharpness: float) -> NDArray[Any]:
    """Return the margins of a classifier as shares that sum to 1, row by row."""
    weights = np.exp(sharpness * (margins - margins.max(axis=1, keepdims=True)))
    shares: NDArray[Any] = weights / weights.sum(axis=1, keepdims=True)
    return shares
