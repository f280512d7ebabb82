"""Commands of the follow-ups, typed."""

import io
import sys
from datetime import datetime, timezone

import pytest

from cimento.__main__ import main

Output = pytest.CaptureFixture[str]
NUMBER = "06 12 34 56 78"


def about(number: str, command: str, *options: str) -> int:
    """Run a command about a number, typed at its prompt or piped into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(f"{number}\n"))
        return main(["followup", command, *options])


def enrol_now(number: str = NUMBER, *options: str) -> int:
    now = datetime.now(timezone.utc).isoformat(timespec="minutes")
    return about(
        number,
        *[
            "enrol",
            "--discharge",
            now,
            "--consent-by",
            "Mme Durand",
            "--consent-at",
            now,
            *options,
        ],
    )
