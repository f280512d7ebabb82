"""Print how many patients an answer helped, topic by topic: `cimento feedback`."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from cimento.settings.paths import ROOT
from cimento.store.tracker_store import BoundedSQLTrackerStore

_WHY = {
    "off": "not the question",
    "hard": "too hard",
    "partial": "not all of it",
    "other": "something else",
}


def table(
    judgements: list[tuple[str, int, int]], reasons: Sequence[tuple[str, str, int]] = ()
) -> str:
    """Return lines of topic, helped, did not help, why not; says so when nobody judged anything."""
    if not judgements:
        return "No answer has been judged yet."
    lines = [f"{'topic':<24}{'helped':>8}{'did not':>9}  why not"]
    for topic, yes, no in judgements:
        why = ", ".join(f"{_WHY[name]} {n}" for about, name, n in reasons if about == topic)
        lines.append(f"{topic:<24}{yes:>8}{no:>9}  {why}".rstrip())
    return "\n".join(lines)


def show() -> None:
    """Read the store that endpoints.yml names and print the table."""
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    options = endpoints["tracker_store"]
    options.pop("type")
    if options.get("dialect", "sqlite") == "sqlite":
        options["db"] = str(ROOT / Path(options["db"]))
    store = BoundedSQLTrackerStore(**options)
    asked = store.conversations.asked
    print(table(asked.judgements(), asked.reasons()))
