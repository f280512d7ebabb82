"""A few texts are turned into the rows that many are."""

import numpy as np
import pytest

from cimento.nlu.features import Features

LINES = [
    "j'ai de la fièvre",
    "puis-je conduire ?",
    "qui appeler la nuit",
    "conduire et fièvre, fièvre",
]


@pytest.mark.parametrize("text", ["la fièvre la fièvre, puis-je conduire", "xyz", "?"])
def test_a_message_has_the_row_that_it_would_be_learned_from(text: str) -> None:
    features = Features()
    rows = features.fit([*LINES, text])
    assert np.allclose(features.few_rows([text]).toarray(), rows[-1].toarray())


def test_several_texts_have_a_row_each() -> None:
    features = Features()
    features.fit(LINES)
    texts = ["j'ai de la fièvre, puis-je conduire", "j'ai de la fièvre", "puis-je conduire"]
    assert np.allclose(features.few_rows(texts).toarray(), features.rows(texts).toarray())
