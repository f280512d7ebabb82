"""The chat at the sizes of its readers' screens and letters: an alarm is seen, one touch calls."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.reader import Reader

# Name: width and height in px, size of the letters in percent.
SIZES = {
    "320x568": (320, 568, 100),
    "375x667": (375, 667, 100),
    "412x915": (412, 915, 100),
    "667x375": (667, 375, 100),
    "1366x625": (1366, 625, 100),
    "375x667-150": (375, 667, 150),
    "667x375-150": (667, 375, 150),
    "320x568-200": (320, 568, 200),
    "667x375-200": (667, 375, 200),
    "1366x625-200": (1366, 625, 200),
    "zoom-400": (320, 256, 100),  # 1280 × 1024
}
FEVER, BREATH = "j'ai 39 et des frissons", "je n'arrive plus à respirer"
DESPAIR = "je veux mourir"
OVERFLOWING = """(root) => [...root.querySelectorAll('*')]
    .filter((node) => node.checkVisibility() && getComputedStyle(node).clipPath === 'none')
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1
        || node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== 'visible')
    .map((node) => node.className || node.tagName)"""

# How many px of the outline of what has the focus are out of the room it scrolls in, at most.
HIDDEN_OUTLINE = """(root) => {
    const node = root.activeElement, style = getComputedStyle(node);
    const ring = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
    const room = node.closest('.log, .body')?.getBoundingClientRect();
    const { top, bottom } = node.getBoundingClientRect();
    if (style.outlineStyle === 'none') return Infinity;
    return Math.max((room?.top ?? 0) - top + ring, bottom + ring - (room?.bottom ?? innerHeight));
}"""

LINES_OF_TITLE = """(root) => {
    const title = root.querySelector('.panel h2'), { lineHeight } = getComputedStyle(title);
    return Math.round(title.offsetHeight / parseFloat(lineHeight));
}"""


@pytest.fixture
def sized(new_reader: Callable[..., Reader]) -> Callable[[str], Reader]:
    """Return readers who have opened the chat at one of the sizes."""

    def open_at(size: str) -> Reader:
        width, height, letters = SIZES[size]
        view = {"width": width, "height": height}
        reader = new_reader(viewport=view)  # whose page may move, as most do
        reader.enlarge(letters)
        reader.visit()
        reader.open()
        return reader

    return open_at


def in_view(reader: Reader, answer: Locator) -> None:
    """Fail unless the title of an alarm and its first button are seen whole, under the header."""
    expect(answer.locator("h3").first).to_be_in_viewport(ratio=1)
    expect(answer.locator(".primary").first).to_be_in_viewport(ratio=1)
    for name in ("Appeler", "Menu", "Fermer", "Envoyer"):
        expect(reader.button(name)).to_be_in_viewport(ratio=1)
    covered = """(root) => {
        const log = root.querySelector('.log').getBoundingClientRect();
        const last = [...root.querySelectorAll('.alarm')].pop();
        return [last.querySelector('h3'), last.querySelector('.primary')]
            .map((node) => node.getBoundingClientRect())
            .filter(({ top, bottom }) => top < log.top - 1 || bottom > log.bottom + 1).length;
    }"""
    assert reader.inside(covered) == 0


@pytest.mark.parametrize("size", SIZES)
def test_an_alarm_is_seen_and_nothing_leaves_the_screen(
    sized: Callable[[str], Reader], size: str, tmp_path: Path
) -> None:
    reader = sized(size)
    for words in (DESPAIR, BREATH, FEVER):
        answer = reader.ask(words)
        in_view(reader, answer)
        assert reader.inside(OVERFLOWING) == []
    assert reader.inside(LINES_OF_TITLE) <= 2  # three break a word
    assert reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    target = Path(os.environ.get("PICTURES") or tmp_path) / f"chat-{size}.png"
    reader.page.screenshot(path=target)
    reader.button("Fermer").click()
    expect(reader.launcher).to_be_visible()


@pytest.mark.parametrize("size", ["320x568", "320x568-200"])
def test_most_of_a_phone_is_for_the_conversation(sized: Callable[[str], Reader], size: str) -> None:
    share = sized(size).inside("(root) => root.querySelector('.log').clientHeight / innerHeight")
    assert share >= 0.7


def test_the_sheet_is_read_and_left_with_large_letters(new_reader: Callable[..., Reader]) -> None:
    reader = new_reader(viewport={"width": 320, "height": 568})
    reader.enlarge(200)
    reader.page.goto(f"{reader.url}/chat/fiche?sujet=driving#citation")
    back = reader.page.get_by_role("link", name="Revenir à la conversation")
    expect(back).to_be_in_viewport(ratio=1)
    assert back.evaluate("(node) => node.offsetHeight / innerHeight") < 0.2
    expect(reader.page.locator("mark").first).to_be_in_viewport()
    assert reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for number in reader.page.locator(".tel").all():
        assert number.evaluate("(node) => node.getClientRects().length") == 1


def test_a_long_message_of_ones_own_is_folded_and_the_alarm_seen(
    sized: Callable[[str], Reader],
) -> None:
    reader = sized("320x568")
    answer = reader.ask("j'ai 39 de fièvre. " * 50)
    in_view(reader, answer)
    mine = reader.chat.locator(".entry.me")
    assert mine.evaluate("(node) => node.clientHeight") < 200
    reader.button("Tout voir").click()
    assert mine.evaluate("(node) => node.clientHeight") > 500


def test_an_answer_begins_in_view_and_stays_through_a_rotation(
    sized: Callable[[str], Reader],
) -> None:
    reader = sized("375x667")
    reader.ask("Quand puis-je conduire ?")
    answer = reader.ask(FEVER)
    for width, height in ((667, 375), (375, 667)):
        reader.page.set_viewport_size({"width": width, "height": height})
        expect(answer.locator("h3").first).to_be_in_viewport(ratio=1)
        expect(reader.button("Fermer")).to_be_in_viewport(ratio=1)


def test_the_keyboard_of_a_phone_covers_nothing(sized: Callable[[str], Reader]) -> None:
    reader = sized("375x667")
    answer = reader.ask(FEVER)
    reader.page.evaluate(
        """() => {
            Object.defineProperty(visualViewport, "height", { get: () => 360 });
            visualViewport.dispatchEvent(new Event("resize"));
        }"""
    )
    bottom = "(root) => root.querySelector('.form').getBoundingClientRect().bottom"
    assert reader.inside(bottom) <= 360
    expect(answer.locator("h3").first).to_be_in_viewport(ratio=1)
    covered = "(root) => root.querySelector('.log').clientHeight"
    assert reader.inside(covered) > 200


def test_the_focus_is_seen_at_a_zoom_of_400(sized: Callable[[str], Reader]) -> None:
    reader = sized("zoom-400")
    reader.ask("Combien de temps rester au lit ?")
    reader.button("Appeler").focus()
    names = []
    while "Oui" not in names:
        reader.page.keyboard.press("Tab")
        names.append(reader.focused())
        assert reader.inside(HIDDEN_OUTLINE) <= 0, names
    assert {"Fermer", "Toutes les questions", "Lire à voix haute", "Plus simple"} <= set(names)


def test_letters_grow_by_a_button_and_stay_so(reader: Reader) -> None:
    def height() -> float:
        script = "(root) => parseFloat(getComputedStyle(root.querySelector('.log')).fontSize)"
        return float(reader.inside(script))

    before = height()
    reader.button("Menu").click()
    reader.button("Lettres plus grandes").click()
    reader.button("Retour").click()
    assert height() == before * 1.25
    reader.page.reload()
    expect(reader.chat.locator(".panel")).to_be_visible()
    assert height() == before * 1.25


def test_the_chat_takes_the_whole_page_when_asked(reader: Reader) -> None:
    def width() -> float:
        box = reader.chat.locator(".panel").bounding_box()
        assert box
        return box["width"]

    assert width() < 600
    reader.tool("Agrandir")
    assert width() == 1100
    reader.tool("Réduire")
    assert width() < 600


def test_the_page_of_the_chat_alone_opens_it_whole_and_asks(
    new_reader: Callable[..., Reader],
) -> None:
    reader = new_reader(viewport={"width": 320, "height": 568})
    reader.goto(f"{reader.url}/chat/plein?question=driving")
    expect(reader.answers.first).to_contain_text("24 premières heures")
    box = reader.chat.locator(".panel").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 320, "height": 568}
    reader.page.reload()
    expect(reader.answers).to_have_count(1)  # what the page asks is asked once
