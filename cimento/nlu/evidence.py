"""What a message gives to decide on: the numbers that the two learned deciders look at.

One row a message for "does it tell an alarm, and which"; one row a candidate topic for
"is this asked". Nothing is decided here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cimento.nlu import moments, signs, topics
from cimento.nlu.text import spell

# The topics that an alarm is told from.
TELLING = (
    *signs.SIGNS, "worrying_sign", topics.NEGATED, topics.BEFORE_ACT, "other_person", "unwell",
)  # fmt: skip
_ASKS = re.compile(
    r"\?|\b(?:qui|que|quoi|quand|comment|combien|pourquoi|quel\w*|est[- ]ce|faut|peux|peut|dois"
    r"|doit|savoir)\b"
)
_DENIES = re.compile(r"(?:pas|ni|aucune?|sans|plus|jamais|non|rien|zero|nulle)\b")
_FIRST, _MOST_CANDIDATES = 6, 12
_SURE = 0.4  # a clause that is this sure of a topic counts among the distinct ones


@dataclass(frozen=True)
class Evidence:
    """What was read of one message. `margins`, `shares`: of each topic of the classifier, for
    the whole; `clause_…`: one row a clause."""

    text: str
    margins: NDArray[Any]
    shares: NDArray[Any]
    clauses: Sequence[str]
    clause_margins: NDArray[Any]
    clause_shares: NDArray[Any]


def alarm_row(evidence: Evidence, names: Sequence[str]) -> NDArray[Any]:
    """Return what tells whether a message holds an alarm; `names`: the classifier's topics."""
    telling = [names.index(name) for name in TELLING]
    others = [i for i in range(len(names)) if i not in telling]
    row = _highest(evidence.margins[None], evidence.shares[None], telling, others)
    if evidence.clauses:
        row += _highest(evidence.clause_margins, evidence.clause_shares, telling, others)
    else:
        row += row
    # The names of signs, their denials and the temperatures, read by rule.
    found = signs.read(evidence.text)
    for sign in signs.SIGNS:
        told = [mention.denied for mention in found if mention.sign == sign]
        row += [float(False in told), float(True in told)]
    moment = moments.read(evidence.text)
    row += [float(moment == moments.BEFORE), float(moment == moments.AFTER)]
    words = spell(evidence.text).split()
    denials = sum(bool(_DENIES.match(word)) for word in words)
    row += [float(len(evidence.clauses)), float(len(evidence.text)), float(len(words))]
    row += [float(denials), denials / (len(words) + 1), float("?" in evidence.text)]
    return np.array(row, dtype=np.float32)


def _highest(
    margins: NDArray[Any], shares: NDArray[Any], telling: list[int], others: list[int]
) -> list[float]:
    best = [*margins[:, telling].max(0), *shares[:, telling].max(0)]
    return [*map(float, best), float(margins[:, others].max()), float(shares[:, others].max())]


def candidates(evidence: Evidence) -> list[int]:
    """Return the topics that may be asked: the first of the whole and of each clause."""
    found = list(map(int, np.argsort(-evidence.shares)[:_FIRST]))
    for shares in evidence.clause_shares:
        best = int(shares.argmax())
        if best not in found:
            found.append(best)
    return found[:_MOST_CANDIDATES]


def asked_rows(evidence: Evidence, names: Sequence[str], among: Sequence[int]) -> NDArray[Any]:
    """Return one row for each candidate topic of `among`: what tells whether it is asked."""
    order = list(map(int, np.argsort(-evidence.shares)))
    text = spell(evidence.text)
    shared = [
        *(float(evidence.shares[i]) for i in order[:4]),
        float(len(evidence.clauses)), float(text.count("?")), float(len(text)),
        float(len(_ASKS.findall(text))), *_kind(names[order[0]]),
    ]  # fmt: skip
    asking = [bool(_ASKS.search(spell(clause))) for clause in evidence.clauses]
    return np.array(
        [
            [*_candidate(evidence, names, order, asking, topic), *_kind(names[topic]), *shared]
            for topic in among
        ],
        dtype=np.float32,
    )


def _kind(topic: str) -> list[float]:
    return [
        float(topic in topics.NO_QUESTION), float(topic in signs.SIGNS),
        float(topic == topics.NEGATED), float(topic == "not_in_sheet"),
    ]  # fmt: skip


def _candidate(
    evidence: Evidence, names: Sequence[str], order: list[int], asking: list[bool], topic: int
) -> list[float]:
    share, first = float(evidence.shares[topic]), order[0]
    pair = {names[topic], names[first]}
    near = float(any(pair <= near for near in topics.NEAR))
    row = [float(order.index(topic)), share, float(evidence.margins[topic]), near]
    row.append(share / float(evidence.shares[first]))
    if not evidence.clauses:
        return [*row, share, float(evidence.margins[topic]), 0.0, 0.0, 1.0, 0.0, 0.0]
    shares = evidence.clause_shares
    best = shares.argmax(1)
    own = int(shares[:, topic].argmax())
    rest = [i for i in range(len(shares)) if i != own]
    distinct = {
        names[t] for i, t in enumerate(best)
        if shares[i].max() > _SURE and names[t] not in topics.NO_QUESTION
    }  # fmt: skip
    return [
        *row,
        float(shares[own, topic]),
        float(evidence.clause_margins[:, topic].max()),
        float((best == topic).sum()),
        float(shares[rest].max()),
        float(len(distinct)),
        float(any(asking[i] for i in range(len(best)) if best[i] == topic)),
        float(shares[rest, first].max()),
    ]
