"""Print how many patients an answer helped, topic by topic: `cimento feedback`."""

from pathlib import Path

import yaml

from cimento.settings.paths import ROOT
from cimento.store.tracker_store import BoundedSQLTrackerStore


def table(judgements: list[tuple[str, int, int]]) -> str:
    """Return lines of topic, helped, did not help; says so when nobody judged anything."""
    if not judgements:
        return "No answer has been judged yet."
    lines = [f"{'topic':<24}{'helped':>8}{'did not':>9}"]
    return "\n".join(lines + [f"{topic:<24}{yes:>8}{no:>9}" for topic, yes, no in judgements])


def show() -> None:
    """Read the store that endpoints.yml names and print the table."""
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    options = endpoints["tracker_store"]
    options.pop("type")
    if options.get("dialect", "sqlite") == "sqlite":
        options["db"] = str(ROOT / Path(options["db"]))
    print(table(BoundedSQLTrackerStore(**options).judgements()))
