"""The listening itself: what it finds, and what it passes over."""

import logging

import pytest

from tests import overheard


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("sent to +33612345678.", 1),
        ("06 12 34 56 78, 0712345678", 2),
        ("number=33612345678&x", 1),
        ("a secret of mine that nobody hears", 1),
        ("sms-0612345678ab, 1612345678901, 05 56 79 56 79", 0),
        ("Delivery 612345678 is uncertain", 0),
    ],
)
def test_what_is_private_is_found(line: str, found: int) -> None:
    overheard.saying("a secret of mine")
    assert len(overheard.private(line)) == found


def test_a_traceback_is_listened_to() -> None:
    listener = overheard.Listener()
    try:
        raise ValueError("+33612345678")
    except ValueError as error:
        failure = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "", 0, "it failed", (), failure)
    listener.emit(record)
    assert listener.found
