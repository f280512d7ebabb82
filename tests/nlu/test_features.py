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
    rows = features.fit([*LINES, text], random_seed=1)
    alone = features.message_rows(text, [])
    assert np.allclose(alone.toarray(), rows[-1].toarray(), atol=1e-6)


def test_clauses_stand_below_their_message_without_their_sense() -> None:
    features = Features()
    features.fit(LINES, random_seed=1)
    cut = ["j'ai de la fièvre", "puis-je conduire"]
    rows = features.message_rows("j'ai de la fièvre, puis-je conduire", cut)
    assert np.allclose(rows[1:].toarray(), features.clause_rows(cut).toarray())
