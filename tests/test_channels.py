"""The shape of a turn, and what the REST channel accepts."""

from collections.abc import Iterator
from typing import Any

import pytest

from cimento.answers.catalogue import load_catalogue
from cimento.channels.local import is_local
from cimento.channels.rest import _may_use
from cimento.channels.turn import complete
from cimento.dialogue import aftermath
from cimento.nlu import alarms

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


@pytest.mark.parametrize("state", aftermath.STATES)
def test_a_call_still_to_be_made_is_said_first(state: str) -> None:
    answered = {**custom("driving", "none"), "reminds": state}
    said: list[dict[str, Any]] = [ANSWER, {"recipient_id": "x", "custom": answered}]
    reminder, *turn = complete(said, "x", CATALOGUE)
    assert turn == said
    assert reminder["text"].startswith("Si ") and "15" in reminder["text"]
    assert complete(said, "x", CATALOGUE, "sms") == said  # the composer says it


def test_an_alarm_is_not_reminded_of_before_another() -> None:
    alarm = {"recipient_id": "x", "custom": custom("fever", "medecin")}
    also = {"recipient_id": "x", "custom": {**custom("driving", "none"), "reminds": "urgence"}}
    assert complete([ANSWER, alarm, also], "x", CATALOGUE)[0] == ANSWER


def test_a_silent_turn_apologises_with_the_numbers() -> None:
    said, last = complete([], "x", CATALOGUE)
    for number in ("05 56 79 56 79", "95599", "15", "112", "114"):
        assert number in said["text"]
    assert last["custom"]["topic"] == "unavailable"


def test_a_turn_without_custom_gets_an_empty_one() -> None:
    assert complete([ANSWER], "x", CATALOGUE)[-1]["custom"] == custom(None, "none")


HERE = {"host": "127.0.0.1:5005"}


class Request:
    """The part of a request that admission looks at: by default a program's of this machine."""

    def __init__(self, ip: str = "127.0.0.1", method: str = "POST", **headers: str) -> None:
        self.ip, self.method, self.version = ip, method, headers.pop("version", "1.1")
        usual = {**HERE, "content-type": "application/json; charset=utf-8"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self.headers = {**usual, **given}


@pytest.mark.parametrize(
    ("request_", "admitted"),
    [
        (Request(), True),
        (Request("::1", host="[::1]:5005"), True),
        (Request(host="localhost"), True),
        (Request(method="GET", content_type=""), True),
        (Request("10.0.0.7"), False),
        (Request(x_forwarded_for="10.0.0.7"), False),
        # A page of the web may send these without asking.
        (Request(content_type="text/plain"), False),
        (Request(content_type="application/x-www-form-urlencoded"), False),
        (Request(content_type=""), False),
    ],
)
def test_the_rest_channel_is_for_this_machine_alone(request_: Any, admitted: bool) -> None:
    assert _may_use(request_, "loopback", 0) is admitted
    assert _may_use(request_, "open", 0)
    assert not _may_use(request_, "off", 0)
    assert not _may_use(request_, "loopback", 1)  # behind a proxy, nobody is here


@pytest.mark.parametrize(
    ("address", "headers", "version", "local"),
    [
        ("127.0.0.1", HERE, "1.1", True),
        ("127.8.0.1", {"host": "localhost:5005"}, "1.1", True),
        ("::1", {"host": "[::1]"}, "1.1", True),
        ("10.0.0.8", HERE, "1.1", False),
        ("2001:db8::1", HERE, "1.1", False),
        ("", HERE, "1.1", False),  # a socket without an address
        # A proxy that tells of itself, and nginx, which by itself tells nothing but its version.
        ("127.0.0.1", {**HERE, "x-forwarded-for": "203.0.113.5"}, "1.1", False),
        ("127.0.0.1", {**HERE, "x-forwarded-host": "x"}, "1.1", False),
        ("127.0.0.1", {**HERE, "forwarded": ""}, "1.1", False),
        ("127.0.0.1", {**HERE, "via": "1.1 proxy"}, "1.1", False),
        ("127.0.0.1", {**HERE, "cf-connecting-ip": "203.0.113.5"}, "1.1", False),
        ("::1", {**HERE, "x-real-ip": "::1"}, "1.1", False),
        ("127.0.0.1", HERE, "1.0", False),
        # A page of the web: of another site, and of a name that was made to lead here.
        ("127.0.0.1", {**HERE, "origin": "https://evil.example"}, "1.1", False),
        ("127.0.0.1", {**HERE, "origin": "null"}, "1.1", False),
        ("127.0.0.1", {**HERE, "sec-fetch-site": "cross-site"}, "1.1", False),
        ("127.0.0.1", {"host": "evil.example:5005"}, "1.1", False),
        ("127.0.0.1", {"host": "127.0.0.1.evil.example"}, "1.1", False),
        ("127.0.0.1", {"host": "[evil"}, "1.1", False),
        ("127.0.0.1", {}, "1.1", False),
    ],
)
def test_local_is_a_program_of_this_machine_and_no_proxy(
    address: str, headers: dict[str, str], version: str, local: bool
) -> None:
    assert is_local(address, headers, version) is local


@pytest.fixture
def names_alone() -> Iterator[None]:
    """As when nothing that has learned could be loaded."""
    before = alarms.listen_with(None)
    yield
    alarms.listen_with(before)


@pytest.mark.usefixtures("names_alone")
@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize(
    ("heard", "topic", "said"),
    [
        ("j'ai 39 de fièvre", "fever", "Appelez immédiatement votre médecin"),
        ("je n'arrive plus à respirer et je tremble de froid", "emergency", "15"),
        ("ni fièvre ni frissons", "unavailable", "05 56 79 56 79"),
        ("je peux conduire ?", "unavailable", "05 56 79 56 79"),
    ],
)
def test_a_silent_turn_says_what_the_signs_alone_tell(
    channel: str, heard: str, topic: str, said: str
) -> None:
    message, last = complete([], "x", CATALOGUE, channel, heard)
    assert said in message["text"]
    assert last["custom"]["topic"] == topic


def test_the_same_is_not_said_twice_in_one_turn() -> None:
    one = {"recipient_id": "x", "custom": custom("driving", "none")}
    assert complete([ANSWER, one, ANSWER, one], "x", CATALOGUE) == [ANSWER, one]
