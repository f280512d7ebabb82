"""The linear model behind the topic classifier, free of Rasa so that it can be tried alone."""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, make_union
from sklearn.svm import LinearSVC

from cimento.nlu.phonetic import sounds
from cimento.nlu.text import clip, spell


def build_features() -> FeatureUnion:
    """Return the unfitted features: words and pairs, their sounds, pieces of words."""

    def words(preprocessor: Callable[[str], str]) -> TfidfVectorizer:
        return TfidfVectorizer(
            preprocessor=preprocessor,
            token_pattern=r"\w+",
            ngram_range=(1, 2),
            sublinear_tf=True,
        )

    pieces = TfidfVectorizer(
        preprocessor=spell,
        analyzer="char_wb",
        ngram_range=(2, 5),
        min_df=2,
        sublinear_tf=True,
    )
    return make_union(words(spell), words(sounds), pieces)


class TopicModel:
    """Rank the topics of short French texts.

    `sharpness` turns the margins of the support vectors into confidences by a softmax;
    it changes no ranking, only the scale that the fallback threshold is read on.
    """

    def __init__(self, c: float, sharpness: float, random_seed: int) -> None:
        self._sharpness = sharpness
        self._features = build_features()
        self._margins = LinearSVC(C=c, random_state=random_seed)

    def fit(self, texts: Sequence[str], topics: Sequence[str]) -> "TopicModel":
        """Learn from parallel `texts` and `topics`. Deterministic for one seed."""
        matrix = self._features.fit_transform([clip(text) for text in texts])
        self._margins.fit(matrix, topics)
        return self

    def rank(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """Return, for each text, every (topic, confidence), best first; sums to 1."""
        if not texts:
            return []
        matrix = self._features.transform([clip(text) for text in texts])
        margins = self._sharpness * self._margins.decision_function(matrix)
        weights = np.exp(margins - margins.max(axis=1, keepdims=True))
        confidences = weights / weights.sum(axis=1, keepdims=True)
        topics = self._margins.classes_
        return [[(str(topics[i]), float(row[i])) for i in np.argsort(-row)] for row in confidences]
