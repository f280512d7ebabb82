"""The linear model that ranks topics, free of Rasa so that it can be tried alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

_TOLERANCE = 1e-2  # of the support vectors: a finer one takes twice as long for the same figures


def _learn(
    rows: csr_matrix, asked: list[bool], c: float, random_seed: int
) -> tuple[NDArray[np.float32], float]:
    machine = LinearSVC(C=c, tol=_TOLERANCE, random_state=random_seed).fit(rows, asked)
    return machine.coef_[0].astype(np.float32), float(machine.intercept_[0])


class TopicClassifier:
    """One linear support vector machine for each topic: a message may ask several."""

    def __init__(self, c: float, random_seed: int) -> None:
        self.c, self.random_seed = c, random_seed
        self.names: list[str] = []
        # (features, topics) and (topics,): 32 bits give the same figures in half the memory.
        self.weights: NDArray[np.float32] = np.empty((0, 0), dtype=np.float32)
        self.biases: NDArray[np.float32] = np.empty(0, dtype=np.float32)

    def fit(
        self, rows: csr_matrix, topics: Sequence[Sequence[str]], at_once: int = 1
    ) -> "TopicClassifier":
        """Learn the `topics` of each row, in `at_once` processes: their number changes nothing."""
        self.names = sorted({name for told in topics for name in told})
        # Processes: the solver draws its random numbers from one source for a whole process.
        machines = Parallel(n_jobs=at_once)(
            delayed(_learn)(rows, [name in told for told in topics], self.c, self.random_seed)
            for name in self.names
        )
        self.weights = np.ascontiguousarray(np.array([weights for weights, _ in machines]).T)
        self.biases = np.array([bias for _, bias in machines], dtype=np.float32)
        return self

    def margins(self, rows: csr_matrix) -> NDArray[np.float32]:
        """Return how far each row lies on the side of each topic: (rows, topics)."""
        found: NDArray[np.float32] = rows.astype(np.float32) @ self.weights + self.biases
        return found


def confidences(margins: NDArray[Any], sharpness: float) -> NDArray[Any]:
    """Return the margins of a classifier as shares that sum to 1, row by row."""
    weights = np.exp(sharpness * (margins - margins.max(axis=1, keepdims=True)))
    shares: NDArray[Any] = weights / weights.sum(axis=1, keepdims=True)
    return shares
