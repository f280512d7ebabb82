"""HTML in a patient's or the bot's text is shown, never run."""

import json

import pytest
from playwright.sync_api import Route, expect

from tests.browser.reader import Reader

INJECTIONS = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg onload=window.hacked=1>",
    "<svg><script>window.hacked=1</script></svg>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<a href='javascript:window.hacked=1'>ici</a>",
    "<details open ontoggle=window.hacked=1>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=hacked=1></style></mglyph></math>",
    '"><body onload=window.hacked=1>',
    "</textarea></div><script>window.hacked=1</script>",
    "{{constructor.constructor('window.hacked=1')()}}",
    "${window.hacked=1}",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "<b>gras</b> &amp; [lien](javascript:window.hacked=1)",
]


def harmless(reader: Reader) -> None:
    """Fail when something ran, or entered the chat as an element of its own."""
    assert reader.page.evaluate("window.hacked") is None
    foreign = reader.inside(
        "(root) => root.querySelectorAll('.log :is(script, img, iframe, math, style, b)').length"
    )
    assert foreign == 0


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_a_patient_types_is_shown_as_typed(reader: Reader, text: str) -> None:
    reader.ask(text)
    expect(reader.chat.locator(".entry.me .bubble")).to_have_text(text)
    reader.page.reload()
    expect(reader.chat.locator(".entry.me .bubble")).to_have_text(text)
    harmless(reader)


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_the_server_says_is_shown_as_said(reader: Reader, text: str) -> None:
    def twisted(route: Route) -> None:
        answer = route.fetch()
        turn = answer.json()
        turn["messages"] = [{"text": text, "buttons": [{"title": text, "payload": "/x"}]}]
        turn["sources"] = [{"title": text, "href": "javascript:window.hacked=1"}]
        turn["calls"] = [{"label": text, "href": "javascript:window.hacked=1"}]
        route.fulfill(response=answer, body=json.dumps(turn))

    reader.page.route("**/chat/messages", twisted)
    answer = reader.ask("merci")
    expect(answer.locator(".bubble > p").first).to_have_text(text)
    expect(answer.locator(".live > .choice").first).to_have_text(text)
    answer.locator(".source").click()
    expect(reader.chat.locator("#sheet")).to_have_text(text)
    assert reader.chat.locator(".sheet .call").get_attribute("href") is None
    reader.button("Retour").click()
    for link in answer.locator(".call").all():
        assert link.get_attribute("href") is None
        link.click()
    harmless(reader)
