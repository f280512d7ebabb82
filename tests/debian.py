"""Parts that the tests take from Debian's packages, such as Chromium or Kannel."""

import os
import shutil

import pytest

from cimento.bench import kannel

KANNEL = ("kannel kannel-extras", *kannel.PROGRAMS)


def require(packages: str, *programs: str) -> None:
    """Skip the test unless every program is there, saying what to install; fail under CI=true.

    `packages`: what `apt-get install` takes, separated by spaces; `programs`: names or paths.
    """
    missing = [program for program in programs if not shutil.which(program)]
    if not missing:
        return
    tell = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    tell(f"{', '.join(missing)} not found. Install with: apt-get install {packages}")
