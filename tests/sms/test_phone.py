"""The simulated phone: who may use it, and what it refuses."""

import json
import urllib.error
import urllib.request

import pytest

from tests.servers import PATIENCE
from tests.sms.phone import NUMBER, post, say
from tests.sms.server import Hearing, Server


def test_the_phone_shows_what_it_received(console: Server) -> None:
    say(console, "bonjour")
    say(console, "encore")
    url = f"{console.url}/webhooks/sms/console?from=0612345678&after="
    with urllib.request.urlopen(f"{url}0") as reply:
        first, second = json.load(reply)["messages"]
    with urllib.request.urlopen(f"{url}{first['id']}") as reply:
        assert json.load(reply)["messages"] == [second]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Forwarded-For", "203.0.113.5"),
        ("x-real-ip", "203.0.113.5"),
        ("Origin", "https://evil.example"),
        ("Host", "evil.example"),
    ],
)
def test_the_phone_is_for_this_machine_alone(console: Server, header: str, value: str) -> None:
    message = json.dumps({"from": NUMBER, "text": "bonjour", "id": "m1"}).encode()
    for path, body in (("console", message), ("console?from=0612345678&after=0", None)):
        url = f"{console.url}/webhooks/sms/{path}"
        headers = {"Content-Type": "application/json", header: value}
        request = urllib.request.Request(url, body, headers)
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(request, timeout=10)
        assert error.value.code == 403
        assert "this machine alone" in error.value.read().decode()
        error.value.close()
    assert console.assistant.heard == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 60_000, b'{"from": 1, "text": "a", "id": "b"}',
        b'{"from": "0612345678", "text": "a"}', b'{"from": "0612345678", "text": "a", "id": ""}',
        b'{"from": "0612345678", "text": null, "id": "b"}', b"<xml><!ENTITY x SYSTEM 'file:///'></xml>",
        json.dumps({"from": "0612345678", "text": "a", "id": "b" * 101}).encode(),
    ],
)  # fmt: skip
def test_malformed_bodies_are_refused(console: Server, body: bytes) -> None:
    status, answer = post(console, body)
    assert status == 400
    assert "Traceback" not in answer


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_page_of_the_web_cannot_forge_an_alarm(
    console: Server, hearing: Hearing, kind: str
) -> None:
    message = {"from": NUMBER, "text": "j'ai 39 de fièvre", "id": "m1"}
    assert post(console, json.dumps(message).encode(), kind)[0] == 403
    assert hearing.events == []


def test_odd_text_is_answered(console: Server) -> None:
    for text in (
        "\x00\x01 zéro",
        "\ud83d",
        "'; DROP TABLE sms_inbound; --",
        "{service_phone}",
        "%s%n",
    ):
        assert len(say(console, text)) == 1


def test_other_providers_are_not_open(console: Server) -> None:
    for path in ("twilio", "kannel", "twilio/status", "kannel/dlr"):
        for method in ("GET", "POST"):
            request = urllib.request.Request(f"{console.url}/webhooks/sms/{path}", method=method)
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(request, timeout=PATIENCE)
            assert error.value.code == 404
