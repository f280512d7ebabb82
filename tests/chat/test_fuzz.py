"""Whatever anyone sends to the chat's endpoint, the answer is JSON and never a 5xx.

The shapes sent are drawn from those of openapi.yml and bent; so are tokens and headers.
"""

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cimento.settings.paths import ROOT
from tests.chat.client import Answer, Client, call
from tests.servers import Assistant

OPENAPI = yaml.safe_load((ROOT / "cimento/channels/chat/openapi.yml").read_text(encoding="utf-8"))
POSTS = [path for path, methods in OPENAPI["paths"].items() if "post" in methods]
ERROR_CODES = {400, 401, 403, 404, 405, 413, 415, 429}

keys = st.sampled_from(["text", "payload", "turn", "helpful", "reason", "token", ""])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
objects = st.dictionaries(keys, values, max_size=3)
texts = st.builds(lambda text: {"text": text}, st.text(min_size=1, max_size=60))
bodies = st.one_of(objects, texts, values, st.binary(max_size=60))
tokens = st.one_of(st.none(), st.text(st.characters(min_codepoint=33, max_codepoint=255)))

fuzzed = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def visitor(assistant: Assistant) -> Client:
    """A visitor whose every message may be a new conversation: the rate is per session."""
    return Client(assistant.port)


def check(answer: Answer) -> None:
    """Fail unless the answer is one that openapi.yml describes."""
    if answer.status in ERROR_CODES:
        assert set(answer.body["error"]) <= {"code", "message", "retry_after"}
        assert answer.body["error"]["message"]
    else:
        assert answer.status in (200, 201, 204), answer


@fuzzed
@given(path=st.sampled_from(POSTS), body=bodies)
def test_bodies(visitor: Client, path: str, body: Any) -> None:
    visitor.open()
    answer = visitor.post(path.lstrip("/"), body)
    check(answer)
    if answer.status == 200:
        required = OPENAPI["components"]["schemas"]["Turn"]["required"]
        assert set(answer.body) == set(required)
        assert answer.body["messages"]


@fuzzed
@given(path=st.sampled_from(POSTS[1:]), token=tokens)
def test_tokens(visitor: Client, path: str, token: str | None) -> None:
    answer = visitor.post(path.lstrip("/"), {"text": "bonjour"}, token=token or "")
    check(answer)
    assert answer.status == 401


@fuzzed
@given(
    path=st.sampled_from(
        [*OPENAPI["paths"], "/", "/fiche", "/plein", "/cimento-chat.js", "/widget/x.js"]
    ),
    query=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
    origin=st.sampled_from(["", "null", "https://", "http://[", "x", "http://127.0.0.1"]),
)
def test_addresses_and_origins(visitor: Client, path: str, query: str, origin: str) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = call(f"{visitor.chat}{path}?sujet={query.replace('#', '')}", "GET", headers=headers)
    assert answer.status < 500, answer
