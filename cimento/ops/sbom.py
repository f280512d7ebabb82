"""What this software is made of, in CycloneDX: `cimento sbom`."""

import json
import re
from pathlib import Path

from cimento.settings.paths import ROOT

_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def pinned(root: Path = ROOT) -> list[tuple[str, str]]:
    """Return (name, version) of every package in requirements.txt, whose hashes stand there."""
    return _PINNED.findall((root / "requirements.txt").read_text(encoding="utf-8"))


def sbom(root: Path = ROOT) -> str:
    """Return the bill of materials, as JSON of CycloneDX 1.5: the same for the same pins."""
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{_normal(name)}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{_normal(name)}@{version}",
        }
        for name, version in pinned(root)
    ]
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "cimento", "version": "1.0"}},
        "components": components,
    }
    return json.dumps(content, indent=2)


def _normal(name: str) -> str:
    """Return a package's name as the index writes it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
