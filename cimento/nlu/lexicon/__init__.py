"""The words the assistant reads by rule, as data: lists of regular expressions."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent


def load(name: str) -> dict[str, Any]:
    """Return the content of `<name>.yml` of this folder."""
    content: dict[str, Any] = yaml.safe_load((_FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return content


def any_of(patterns: Iterable[str], groups: dict[str, str], before: str = "") -> re.Pattern[str]:
    """Compile `patterns` into one that matches any, each with `before` in front.

    <name> in a pattern, or in a group, stands for groups[name]. Raises KeyError for an
    unknown name and re.error for a pattern that is not a regular expression.
    """
    joined = "|".join(f"{before}(?:{pattern})" for pattern in patterns)
    while names := re.findall(r"(?<!\(\?)<([a-z]\w*)>", joined):
        for name in names:
            joined = joined.replace(f"<{name}>", f"(?:{groups[name]})")
    return re.compile(joined)
