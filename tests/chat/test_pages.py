"""The chat's pages and files, as the assistant serves them."""

import gzip
import urllib.request

import pytest

from tests.chat.client import call
from tests.servers import PATIENCE, Assistant


@pytest.mark.parametrize(
    "path",
    ["", "/plein?question=driving", "/fiche", "/fiche?sujet=driving", "/fiche?sujet=../../x"],
)
def test_pages_have_a_strict_policy(assistant: Assistant, path: str) -> None:
    answer = call(f"http://127.0.0.1:{assistant.port}/chat{path}", "GET")
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "set-cookie" not in answer.headers


def test_no_other_file_is_served(assistant: Assistant) -> None:
    for path in (
        "/chat/questions.yml",
        "/chat/../credentials.yml",
        "/chat/page.html",
        "/chat/widget/x.js",
        "/chat/widget/..%2f..%2fchannel.js",
    ):
        assert call(f"http://127.0.0.1:{assistant.port}{path}", "GET").status == 404


def test_modules_can_be_imported_by_any_site(assistant: Assistant) -> None:
    answer = call(
        f"http://127.0.0.1:{assistant.port}/chat/widget/service.js",
        "GET",
        headers={"Origin": "https://www.example-hospital.fr"},
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "tel:+33556795679" in answer.body


def test_the_root_leads_to_the_chat_and_tells_no_version(assistant: Assistant) -> None:
    answer = call(f"http://127.0.0.1:{assistant.port}/", "GET")
    assert "Rasa" not in answer.body
    assert 'src="/chat/cimento-chat.js"' in answer.body


def test_files_are_gzipped_for_who_reads_gzip(assistant: Assistant) -> None:
    url = f"http://127.0.0.1:{assistant.port}/chat/cimento-chat.js"
    asked = urllib.request.Request(url, headers={"Accept-Encoding": "gzip, deflate, br"})
    with urllib.request.urlopen(asked, timeout=PATIENCE) as small:
        assert small.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in small.headers["Vary"]
        assert gzip.decompress(small.read()).decode() == call(url, "GET").body
