"""What pip-audit found, beside what is known: `make audit`."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cimento.settings.paths import ROOT

KNOWN = ROOT / "requirements/known_vulnerabilities.txt"
# An identifier, the package, its version, and what keeps the vulnerability from being reached.
_ENTRY = re.compile(r"((?:CVE|GHSA|PYSEC)-\S+) (\S+) (\S+): (.{10,})")
_DATE = re.compile(r"as of (\d+ \w+ \d{4})")
_SHOWN = 5  # names of packages, before they are counted only


@dataclass(frozen=True)
class Known:
    """A vulnerability that is told of: of which version, and why it is not reached."""

    id: str
    package: str
    version: str
    why: str


def read_known(file: Path = KNOWN) -> tuple[str, list[Known]]:
    """Return the date of the list, and its entries. Raises ValueError, naming the wrong line."""
    text = file.read_text(encoding="utf-8")
    dated = _DATE.search(text)
    if not dated:
        raise ValueError(f"{file.name} does not say of which day it is.")
    entries = []
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line)
        if not entry:
            raise ValueError(f"{file.name}, not an entry: {line}")
        entries.append(Known(*entry.groups()))
    return dated[1], entries


def judge(report: dict[str, Any], date: str, known: list[Known]) -> tuple[list[str], int]:
    """Return what to say of a report of pip-audit (its JSON), and the exit status.

    1: there is a vulnerability that the list does not tell of; 2: there is none, but the index
    did not answer about every package; 0: all were asked about, and all that was found is told.
    """
    packages = report["dependencies"]
    unasked = [package["name"] for package in packages if "skip_reason" in package]
    found = [
        (package, vulnerability)
        for package in packages
        for vulnerability in package.get("vulns", [])
    ]
    told = {entry.id for entry in known}
    new = [
        f"{vulnerability['id']} {package['name']} {package['version']}: not in {KNOWN.name}. "
        f"Mended in: {', '.join(vulnerability['fix_versions']) or 'no version'}."
        for package, vulnerability in found
        if not told & {vulnerability["id"], *vulnerability["aliases"]}
    ]
    asked = len(packages) - len(unasked)
    lines = [*new, f"{asked} of {len(packages)} packages were asked about: {len(found)} found."]
    if unasked:
        more = len(unasked) - _SHOWN
        names = ", ".join(unasked[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        lines.append(f"NOT AUDITED: the index that this machine uses tells nothing about {names}.")
        lines.append("Run `make audit` where the index with the advisories is reached.")
    lines.append(f"{KNOWN.name} tells of {len(known)}, as of {date}.")
    return lines, 1 if new else 2 if unasked else 0


def audit(report: Path) -> int:
    """Print what `report`, a file of pip-audit's JSON, says; return the exit status."""
    lines, status = judge(json.loads(report.read_text(encoding="utf-8")), *read_known())
    print("\n".join(lines))
    return status
