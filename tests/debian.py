"""Parts that the tests take from Debian's packages, such as Chromium or Kannel."""

import os
import shutil

import pytest

from cimento.bench import kannel

KANNEL = ("kannel kannel-extras", *kannel.PROGRAMS)
missing: dict[str, str] = {}  # program: the packages that have it


def require(packages: str, *programs: str) -> None:
    """Skip the test unless every program is there, saying what to install; fail under CI=true.

    `packages`: what `apt-get install` takes, separated by spaces; `programs`: names or paths.
    """
    absent = [program for program in programs if not shutil.which(program)]
    if not absent:
        return
    missing.update(dict.fromkeys(absent, packages))
    tell = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    tell(f"{', '.join(absent)} not found. Install with: apt-get install {packages}")


def advice() -> str:
    """Return what was found missing, and what installs it."""
    packages = sorted({package for found in missing.values() for package in found.split()})
    return f"no {', '.join(missing)}. Install with: apt-get install {' '.join(packages)}"
