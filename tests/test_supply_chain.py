"""What is installed is pinned and told of; what is known of it is told too."""

import json
import re

from cimento.ops.sbom import pinned, sbom
from cimento.settings.paths import ROOT

KNOWN = re.compile(r"((?:CVE|GHSA|PYSEC)-\S+) (\S+) (\S+): .{10,}")


def test_every_file_that_is_installed_is_pinned_by_hash() -> None:
    for file in ("requirements.txt", "requirements/uv.txt", "requirements/audit.txt"):
        text = (ROOT / file).read_text(encoding="utf-8")
        for entry in re.split(r"\n(?=[a-zA-Z])", text):
            if re.match(r"[a-zA-Z]", entry):
                assert re.match(r"[\w.\[\]-]+==\S+", entry), entry[:80]
                assert "--hash=sha256:" in entry, entry[:80]
    bootstrap = (ROOT / "cimento/ops/bootstrap.sh").read_text(encoding="utf-8")
    assert bootstrap.count("--require-hashes") == 2


def test_the_bill_of_materials_has_every_package() -> None:
    bill = json.loads(sbom())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert len(bill["components"]) == len(pinned()) > 150
    purls = [component["purl"] for component in bill["components"]]
    assert "pkg:pypi/rasa@3.6.21" in purls
    assert len(set(purls)) == len(purls)


def test_a_known_vulnerability_is_of_what_is_pinned_and_says_why_it_is_not_reached() -> None:
    lines = (ROOT / "requirements/known_vulnerabilities.txt").read_text(encoding="utf-8")
    entries = [line for line in lines.splitlines() if not line.startswith("#")]
    versions = dict(pinned())
    for entry in entries:
        known = KNOWN.fullmatch(entry)
        assert known, entry
        assert versions[known[2]] == known[3], f"{entry}: is it mended in the version pinned now?"


def test_every_line_of_the_checklist_names_a_test_that_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!What|---)(.*?) \| `(tests/\S+)::(\w+)` \|$", text, re.MULTILINE)
    assert len(rows) >= 25
    assert len(rows) == text.split("## Attacked, and held")[1].split("## ")[0].count("\n| ") - 1
    for _, file, name in rows:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"
