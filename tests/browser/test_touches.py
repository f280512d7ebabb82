"""What is often wanted takes three touches on a small phone, swipes counted."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.reader import Reader

MOST = 3
# Whether what is to be touched lies whole between the header and the box, or in the open sheet.
_SEEN = """(node) => {
    const { top, bottom } = node.getBoundingClientRect();
    const room = node.closest(".log, .body")?.getBoundingClientRect() || { top: 0, bottom: innerHeight };
    return top >= room.top - 1 && bottom <= room.bottom + 1;
}"""


class Finger:
    """Touches only what is in view: brings the rest there by swipes, each a touch of its own."""

    def __init__(self, phone: Reader) -> None:
        self.phone, self.touches = phone, 0

    def tap(self, name: str) -> None:
        """Touch what has this name."""
        self.reach(self.phone.chat.get_by_text(name, exact=True).locator("visible=true").last)

    def reach(self, target: Locator) -> None:
        """Touch `target`."""
        self.see(target)
        target.tap()
        self.touches += 1

    def see(self, target: Locator) -> None:
        """Bring `target` into view, by as many swipes as it takes."""
        target.wait_for()
        while not target.evaluate(_SEEN):
            assert self.touches < MOST
            target.evaluate(
                "(node) => { const log = node.closest('.log, .body');"
                " log.scrollTop += log.clientHeight * 0.9; }"
            )
            self.touches += 1

    def ask(self, text: str) -> Locator:
        """Touch the box, type, send; return the answer."""
        before = self.phone.answers.count()
        self.reach(self.phone.box)
        self.phone.page.keyboard.insert_text(text)
        self.reach(self.phone.button("Envoyer"))
        answer = self.phone.answers.nth(before)
        answer.wait_for()
        return answer


@pytest.fixture
def finger(phone: Reader) -> Finger:
    return Finger(phone)


def test_my_father_has_39(finger: Finger) -> None:
    finger.reach(finger.phone.launcher)
    alarm = finger.ask("mon père a 39")
    assert finger.touches <= MOST
    expect(alarm.get_by_role("heading")).to_have_text("Appelez immédiatement son médecin")
    for seen in (alarm.get_by_role("heading"), alarm.locator(".primary")):
        assert seen.evaluate(_SEEN)
    expect(alarm.locator(".primary")).to_have_attribute("href", "tel:15")


def test_what_do_i_bring(finger: Finger) -> None:
    finger.reach(finger.phone.launcher)
    finger.tap("Que faut-il apporter ?")
    first = finger.phone.answers.get_by_role("listitem").first
    expect(first).to_contain_text("vos analyses de sang")
    finger.see(first)
    assert finger.touches <= MOST


@pytest.mark.parametrize(
    ("question", "offered", "where", "then"),
    [
        ("Combien de temps rester au lit ?", ["Plus simple"], ".bubble", "Vous devez rester"),
        ("Quand puis-je conduire ?", ["Non", "C'est trop compliqué"], ".feedback", "Appeler le"),
    ],
)
def test_i_did_not_understand(
    finger: Finger, question: str, offered: list[str], where: str, then: str
) -> None:
    finger.phone.open()
    finger.phone.ask(question)
    for words in offered:
        finger.tap(words)
    finger.see(finger.phone.chat.locator(where).get_by_text(then))
    assert finger.touches <= MOST


def test_call_somebody(finger: Finger) -> None:
    finger.reach(finger.phone.launcher)
    finger.tap("Appeler")
    number = finger.phone.chat.get_by_role("link", name="Appeler le 15")
    finger.see(number)
    expect(number).to_have_attribute("href", "tel:15")
    assert finger.touches < MOST  # one is left, which calls


def test_print_my_list(finger: Finger) -> None:
    finger.phone.page.add_init_script("window.print = () => { document.title = 'printed'; }")
    finger.reach(finger.phone.launcher)
    finger.tap("Menu")
    finger.tap("Imprimer ma liste")
    assert finger.touches <= MOST
    paper = finger.phone.page.frames[-1]
    expect(paper.locator("h1")).to_have_text("Ma préparation")
    expect(paper.locator("h1 + h2")).to_have_text("Avant l'examen")
    assert paper.title() == "printed"
