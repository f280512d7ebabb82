"""The parts of a wording: lines, lists, steps, as its text is written.

A line that begins with "- " is an item of a list, one that begins with "1) " a step; any other is
a paragraph. A text alone would leave them to the eye: a screen reader announces a list.
"""

import re
from itertools import groupby
from typing import Any

_MARKS = {"list": re.compile(r"- "), "steps": re.compile(r"\d\) ")}


def _kind(line: str) -> str:
    return next((kind for kind, mark in _MARKS.items() if mark.match(line)), "text")


def blocks(text: str) -> list[dict[str, Any]]:
    """Return the blocks of `text`, [{kind, lines}], kind being "text", "list" or "steps".

    Lines are without their marks; empty ones are left out.
    """
    found = []
    for kind, lines in groupby(filter(str.strip, text.splitlines()), _kind):
        bare = [_MARKS[kind].sub("", line, count=1) if kind in _MARKS else line for line in lines]
        found.append({"kind": kind, "lines": bare})
    return found
