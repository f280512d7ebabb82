"""What is installed is pinned and told of; what is known of it is told too."""

import json
import re
from datetime import datetime
from typing import Any

import pytest

from cimento.ops.audit import Known, judge, read_known
from cimento.ops.sbom import pinned, sbom
from cimento.settings.paths import ROOT

TOOLS = ("uv", "audit", "oidc")  # installed apart


def test_every_file_that_is_installed_is_pinned_by_hash() -> None:
    for file in ("requirements.txt", *(f"requirements/{name}.txt" for name in TOOLS)):
        text = (ROOT / file).read_text(encoding="utf-8")
        for entry in re.split(r"\n(?=[a-zA-Z])", text):
            if re.match(r"[a-zA-Z]", entry):
                assert re.match(r"[\w.\[\]-]+==\S+", entry), entry[:80]
                assert "--hash=sha256:" in entry, entry[:80]
    bootstrap = (ROOT / "cimento/ops/bootstrap.sh").read_text(encoding="utf-8")
    assert bootstrap.count("--require-hashes") == 2
    services = (ROOT / "cimento/ops/services.sh").read_text(encoding="utf-8")
    assert services.count("pip install") == services.count("--require-hashes") == 1


def test_the_bill_of_materials_has_every_package() -> None:
    bill = json.loads(sbom())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert len(bill["components"]) == len(pinned()) > 150
    purls = [component["purl"] for component in bill["components"]]
    assert "pkg:pypi/rasa@3.6.21" in purls
    assert len(set(purls)) == len(purls)


def test_a_known_vulnerability_is_of_what_is_pinned_and_says_why_it_is_not_reached() -> None:
    date, known = read_known()
    assert datetime.strptime(date, "%d %B %Y")
    versions = dict(pinned())
    assert known
    for entry in known:
        assert versions[entry.package] == entry.version, f"{entry.id}: mended in what is pinned?"


def package(name: str, *ids: str, aliases: tuple[str, ...] = ()) -> dict[str, Any]:
    found = [{"id": id_, "aliases": [*aliases], "fix_versions": ["2"]} for id_ in ids]
    return {"name": name, "version": "1", "vulns": found}


UNASKED = {"name": "quiet", "skip_reason": "not found"}
TOLD = [Known("CVE-1", "known", "1", "nobody calls it")]


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([package("fine")], 0, "1 of 1 packages were asked about: 0 found."),
        ([package("known", "PYSEC-1", aliases=("CVE-1",))], 0, ": 1 found."),
        ([package("new", "CVE-2")], 1, "CVE-2 new 1: not in known_vulnerabilities.txt"),
        ([package("fine"), UNASKED], 2, "NOT AUDITED: the index"),
        ([package("new", "CVE-2"), UNASKED], 1, "tells nothing about quiet."),
        ([UNASKED] * 7, 2, "0 of 7 packages"),
    ],
)
def test_what_was_not_audited_is_not_called_safe(
    packages: list[dict[str, Any]], status: int, said: str
) -> None:
    lines, judged = judge({"dependencies": packages}, "1 May 2027", TOLD)
    assert judged == status
    assert said in "\n".join(lines)
    assert lines[-1] == "known_vulnerabilities.txt tells of 1, as of 1 May 2027."


def test_every_line_of_the_checklist_names_a_test_that_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!What|---)(.*?) \| `(tests/\S+)::(\w+)` \|$", text, re.MULTILINE)
    assert len(rows) >= 25
    assert len(rows) == text.split("## Attacked, and held")[1].split("## ")[0].count("\n| ") - 1
    for _, file, name in rows:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"
