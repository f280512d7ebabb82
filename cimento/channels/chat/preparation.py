"""« Ma préparation »: the steps of the sheet before and after the act, as a list to tick."""

from typing import Any

import yaml

from cimento.answers.catalogue import Catalogue
from cimento.answers.structure import blocks
from cimento.channels.chat.pages import HERE


def preparation(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return [{moment, steps: [{text, when, quotes}], warning}], the same for everybody.

    `text`: the line of the list that the answer gives; `quotes`: the passages of the sheet that
    it rests on; `when`: "veille" and "jour", the days for which the sheet asks it; `warning`: what
    else the answer says, in blocks. ValueError when the answer has another number of steps than
    preparation.yml.
    """
    plan = yaml.safe_load((HERE / "preparation.yml").read_text(encoding="utf-8"))
    return [_moment(catalogue, **part) for part in plan]


def _moment(
    catalogue: Catalogue, moment: str, answer: str, steps: list[dict[str, Any]]
) -> dict[str, Any]:
    parts = blocks(catalogue.render(catalogue.answer(answer).text))
    # Beside the steps an answer may list the signs for which to call.
    listed = next((n for n, part in enumerate(parts) if _lists(part, len(steps))), None)
    if listed is None:
        raise ValueError(f"preparation.yml: the answer on {answer!r} has no {len(steps)} steps")
    opening = {**parts[listed - 1], "lines": parts[listed - 1]["lines"][:-1]}
    around = [*parts[: listed - 1], opening, *parts[listed + 1 :]]
    lines = [line.rstrip(" \u00a0;.") for line in parts[listed]["lines"]]
    return {
        "moment": moment,
        "steps": [
            {
                "text": line[0].upper() + line[1:],
                "when": step["when"],
                "quotes": list(catalogue.answer(step["topic"]).quotes),
            }
            for line, step in zip(lines, steps, strict=True)
        ],
        "warning": [part for part in around if part["lines"]],
    }


def _lists(part: dict[str, Any], steps: int) -> bool:
    return part["kind"] == "list" and len(part["lines"]) == steps
