"""Two learned decisions on a message: does it tell an alarm, and which topics does it ask?

Extremely randomised trees: on authors never read they miss half the alarms that gradient boosting
misses and alarm less often for nothing (docs/understanding.md). No threshold is set by eye: one
follows from what a missed alarm is worth, the other from how many second answers are allowed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict

from cimento.nlu import signs
from cimento.nlu.forest import Forest

NO_ALARM = "none"
# What an alarm missed is worth in needless ones: it is alarmed when missing would cost more.
MISSED_IS_WORTH = 1.5
# Of messages that ask one thing, at most this part may get a second answer.
SECOND_ANSWERS = 0.08
_AT_ONCE = 2  # threads that grow the trees: the same trees, whatever their number
# Trees, and lines in a leaf at least. Of what is asked 50 decide as well as 100.
_OF_ALARM: dict[str, Any] = {"n_estimators": 100, "min_samples_leaf": 3, "max_features": 0.35}
_OF_ASKED: dict[str, Any] = {"n_estimators": 50, "min_samples_leaf": 20}


@dataclass(frozen=True)
class Given:
    """What is given of one message: a row, and one for each candidate topic (evidence.py)."""

    alarm: NDArray[Any]
    asked: NDArray[Any]
    candidates: list[str]


def is_alarm(likelihood: float) -> bool:
    """Return whether to alarm."""
    return likelihood >= 1 / (1 + MISSED_IS_WORTH)


def sign_told(likely: Mapping[str, float]) -> str:
    """Return which sign an alarm tells; `likely`: how likely each is told.

    An urgent one is answered when it is as likely among signs as an alarm must be among messages:
    "je n'arrive plus à respirer et je tremble de froid" calls for the 15.
    """
    urgent = {sign: likely[sign] for sign in signs.URGENT}
    among = urgent if is_alarm(sum(urgent.values()) / (sum(likely.values()) or 1)) else likely
    return max(among, key=lambda sign: among[sign])


def _new_trees(options: dict[str, Any], random_seed: int) -> ExtraTreesClassifier:
    return ExtraTreesClassifier(n_jobs=_AT_ONCE, random_state=random_seed, **options)


class Deciders:
    """Decides, once it has learned from lines of authors that the evidence had not read."""

    def __init__(self, random_seed: int) -> None:
        self._random_seed = random_seed
        self.of_alarm: Forest
        self.of_asked: Forest
        self.asked_from = 1.0

    def fit(
        self, topics: Sequence[Sequence[str]], authors: Sequence[str], given: Sequence[Given]
    ) -> None:
        """Learn from lines: the topics and the author of each, and what was given of it."""
        alarms = [next((sign for sign in signs.SIGNS if sign in told), NO_ALARM) for told in topics]
        of_alarm = _new_trees(_OF_ALARM, self._random_seed)
        of_alarm.fit(np.stack([one.alarm for one in given]), alarms)
        self.of_alarm = Forest.grown(of_alarm)

        table = np.vstack([one.asked for one in given])
        pairs = list(zip(topics, given, strict=True))
        asked = np.array([topic in told for told, one in pairs for topic in one.candidates])
        sizes = [len(one.candidates) for one in given]
        # The trees of one half of the authors on the other: what they say of lines they have not
        # learned from sets the threshold.
        of_asked = _new_trees(_OF_ASKED, self._random_seed)
        likely = cross_val_predict(
            of_asked, table, asked, groups=np.repeat(authors, sizes), cv=GroupKFold(2),
            method="predict_proba",
        )[:, 1]  # fmt: skip
        of_line = np.split(likely, np.cumsum(sizes)[:-1])
        seconds = [
            np.sort(one)[-2] for one, told in zip(of_line, topics, strict=True) if len(told) == 1
        ]
        self.asked_from = float(np.quantile(seconds, 1 - SECOND_ANSWERS))
        self.of_asked = Forest.grown(of_asked.fit(table, asked))

    def alarms(self, row: NDArray[Any]) -> dict[str, float]:
        """Return how likely each sign is told, and NO_ALARM."""
        told = self.of_alarm.likelihoods(row[None])[0]
        return dict(zip(map(str, self.of_alarm.classes), map(float, told), strict=True))

    def asked(self, rows: NDArray[Any]) -> list[int]:
        """Return which of the candidates are asked, the likeliest first, and that one always."""
        likely = self.of_asked.likelihoods(rows)[:, 1]
        order = list(map(int, np.argsort(-likely)))
        return [order[0], *(i for i in order[1:] if likely[i] >= self.asked_from)]
