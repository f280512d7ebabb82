"""The shape of a turn, and what the REST channel accepts."""

from typing import Any

import pytest

from cimento.answers.catalogue import load_catalogue
from cimento.channels.local import is_local
from cimento.channels.rest import _may_use
from cimento.channels.turn import complete

CATALOGUE = load_catalogue()
ANSWER = {"recipient_id": "x", "text": "Ne conduisez pas."}


def custom(topic: str | None, escalation: str) -> dict[str, Any]:
    return {"topic": topic, "section": None, "escalation": escalation}


def test_a_turn_has_one_custom_object_at_its_end() -> None:
    one = {"recipient_id": "x", "custom": custom("driving", "none")}
    assert complete([one, ANSWER], "x", CATALOGUE) == [ANSWER, one]


def test_the_gravest_custom_comes_first_and_keeps_the_others() -> None:
    none, urgent = custom("driving", "none"), custom("emergency", "urgence")
    turn = complete(
        [ANSWER, {"recipient_id": "x", "custom": none}, {"recipient_id": "x", "custom": urgent}],
        "x",
        CATALOGUE,
    )
    assert turn[-1]["custom"] == {**urgent, "also": [none]}


def test_a_silent_turn_apologises_with_the_numbers() -> None:
    said, last = complete([], "x", CATALOGUE)
    for number in ("05 56 79 56 79", "95599", "15", "112", "114"):
        assert number in said["text"]
    assert last["custom"]["topic"] == "unavailable"


def test_a_turn_without_custom_gets_an_empty_one() -> None:
    assert complete([ANSWER], "x", CATALOGUE)[-1]["custom"] == custom(None, "none")


class Request:
    """The part of a request that admission looks at."""

    def __init__(self, ip: str, **headers: str) -> None:
        self.ip = ip
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.mark.parametrize(
    ("mode", "request_", "admitted"),
    [
        ("loopback", Request("127.0.0.1"), True),
        ("loopback", Request("::1"), True),
        ("loopback", Request("10.0.0.7"), False),
        ("loopback", Request("127.0.0.1", x_forwarded_for="10.0.0.7"), False),
        ("loopback", Request("127.0.0.1", forwarded="for=10.0.0.7"), False),
        ("open", Request("10.0.0.7"), True),
        ("off", Request("127.0.0.1"), False),
    ],
)
def test_the_rest_channel_is_for_this_machine_alone(
    mode: str, request_: Any, admitted: bool
) -> None:
    assert _may_use(request_, mode) is admitted


@pytest.mark.parametrize(
    ("address", "headers", "local"),
    [
        ("127.0.0.1", {}, True),
        ("127.8.0.1", {"host": "x"}, True),
        ("::1", {}, True),
        ("10.0.0.8", {}, False),
        ("2001:db8::1", {}, False),
        ("", {}, False),  # a socket without an address
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.5"}, False),
        ("127.0.0.1", {"forwarded": ""}, False),
        ("::1", {"x-real-ip": "::1"}, False),
    ],
)
def test_local_is_this_machine_and_no_proxy(
    address: str, headers: dict[str, str], local: bool
) -> None:
    assert is_local(address, headers) is local


def test_the_same_is_not_said_twice_in_one_turn() -> None:
    one = {"recipient_id": "x", "custom": custom("driving", "none")}
    assert complete([ANSWER, one, ANSWER, one], "x", CATALOGUE) == [ANSWER, one]
