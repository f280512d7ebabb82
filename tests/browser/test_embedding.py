"""The chat on a page of another origin: the tag, its options, the host's policy."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cimento.bench.browser import weights_kb
from tests.browser.reader import Reader
from tests.browser.site import Site

# What the widget may weigh, script and style: gzipped together, and on its way to the browser.
MOST_KB = 18.0
MOST_SERVED_KB = 24.0


@pytest.fixture
def visitor(new_reader: Callable[..., Reader], site: Site) -> Reader:
    """A reader of the hospital's site, which embeds the chat with one tag."""
    reader = new_reader()
    site.tags = f'<script src="{reader.url}/chat/cimento-chat.js" defer></script>'
    return reader


def test_one_tag_embeds_the_chat_under_the_documented_policy(visitor: Reader, site: Site) -> None:
    site.policy = (
        f"default-src 'none'; img-src data:; script-src {visitor.url}; "
        f"style-src {visitor.url}; connect-src {visitor.url}; require-trusted-types-for 'script'"
    )
    visitor.goto(site.url)
    visitor.open()
    answer = visitor.ask("Quand puis-je conduire ?")
    expect(answer).to_contain_text("24 premières heures")
    answer.get_by_role("button", name="Source").click()
    sheet = visitor.chat.get_by_role("link", name="Lire toute la fiche")
    expect(sheet).to_have_attribute("href", f"{visitor.url}/chat/fiche?sujet=driving#citation")
    visitor.button("Retour").click()
    visitor.tool("Effacer la conversation")
    visitor.button("Effacer").click()
    expect(visitor.status).to_have_text("La conversation est effacée.")


def test_a_site_that_is_not_allowed_gets_an_apology(visitor: Reader, site: Site) -> None:
    with Site(0) as stranger:
        stranger.tags = site.tags
        visitor.goto(stranger.url)
        visitor.launcher.click()
        expect(visitor.status).to_contain_text("L'assistant ne répond pas")
        expect(visitor.status).to_contain_text("appelez le 15 ou le 112")


def test_options_of_the_script(visitor: Reader, site: Site) -> None:
    site.tags = site.tags.replace(
        "defer", 'data-title="Vos questions" data-position="left" data-open defer'
    )
    visitor.goto(site.url)
    panel = visitor.page.get_by_role("dialog", name="Vos questions")
    expect(panel).to_be_visible()
    box = panel.bounding_box()
    assert box and box["x"] < 100


def test_options_of_the_element(visitor: Reader, site: Site) -> None:
    site.tags += f'<cimento-chat server="{visitor.url}" title="Vos questions"></cimento-chat>'
    visitor.goto(site.url)
    expect(visitor.chat).to_have_count(1)
    visitor.open()
    expect(visitor.page.get_by_role("dialog", name="Vos questions")).to_be_visible()


def test_colours_are_themed_by_custom_properties(visitor: Reader, site: Site) -> None:
    site.tags += "<style>cimento-chat { --cimento-accent: rgb(90, 0, 90) }</style>"
    visitor.goto(site.url)
    expect(visitor.launcher).to_have_css("background-color", "rgb(90, 0, 90)")


def test_the_page_cannot_style_the_chat_by_accident(visitor: Reader, site: Site) -> None:
    site.tags += "<style>button, p { display: none !important; font-size: 1px }</style>"
    visitor.goto(site.url)
    visitor.open()
    expect(visitor.ask("merci")).to_be_visible()


def test_the_widget_is_light(reader: Reader) -> None:
    together, apart = weights_kb()
    travelled = reader.page.evaluate(
        r"""() => performance.getEntriesByType("resource")
            .filter(({ name }) => /chat\/(cimento-chat|widget)/.test(name))
            .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""
    )
    assert together <= MOST_KB
    assert travelled / 1000 == apart <= MOST_SERVED_KB
