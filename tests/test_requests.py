"""What the servers refuse over HTTP, and who shares a conversation, as `make run` starts them."""

import json
import urllib.error
import urllib.request
import zlib
from typing import Any

import pytest

from tests.servers import PATIENCE, Assistant, text_of

Turn = list[dict[str, Any]]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"sender": "x"}', b'{"message": 3}'])
def test_a_malformed_request_is_refused(assistant: Assistant, body: bytes) -> None:
    url = f"http://127.0.0.1:{assistant.port}/webhooks/rest/webhook"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=PATIENCE)
    assert refused.value.code == 400
    refused.value.close()


def test_strangers_do_not_share_a_conversation(assistant: Assistant) -> None:
    url = f"http://127.0.0.1:{assistant.port}/webhooks/rest/webhook"

    def say(message: str) -> Turn:
        body = json.dumps({"message": message}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            turn: Turn = json.load(reply)
            return turn

    say("Combien ça coûte ?")
    assert "rien dit" in text_of(say("vous pouvez répéter ?"))


def test_the_action_server_takes_nothing_compressed(assistant: Assistant) -> None:
    url = f"http://127.0.0.1:{assistant.actions_port}/webhook"
    bomb = zlib.compress(b" " * 10_000_000)
    request = urllib.request.Request(url, bomb, {"Content-Encoding": "deflate"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=PATIENCE)
    assert refused.value.code == 415
    assert refused.value.headers["X-Content-Type-Options"] == "nosniff"
    refused.value.close()
