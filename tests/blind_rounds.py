"""The lines of the blind rounds, tests/nlu/rounds: docs/understanding.md tells who wrote them."""

import json
from collections.abc import Iterator
from typing import Any

from cimento.settings.paths import ROOT


def blind_lines(kind: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of one kind, of all rounds: "questions", "safety" or "doubles".

    Each has its `text`, and its `topic`, or several `topics`.
    """
    for file in sorted((ROOT / "tests/nlu/rounds").glob(f"*/{kind}.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
