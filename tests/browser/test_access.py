"""The chat for those who see, hear, move or read otherwise: axe-core, keyboard, zoom, colours."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route, expect

from tests.browser.reader import Reader

STANDARDS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    # Copying style sheets for rules that are not run here would itself break the page's policy.
    "preload": False,
}
PHONE = {"width": 320, "height": 640}


def _fail(reader: Reader) -> None:
    reader.page.route("**/chat/messages", lambda route: route.abort("connectionrefused"))
    reader.box.fill("bonjour")
    reader.button("Envoyer").click()
    expect(reader.button("Réessayer")).to_be_visible()


def _erase(reader: Reader) -> None:
    reader.tool("Effacer la conversation")
    expect(reader.button("Annuler")).to_be_visible()


def _ask_why(reader: Reader) -> None:
    reader.ask("Quand puis-je conduire ?")
    reader.button("Non").click()
    expect(reader.button("C'est incomplet")).to_be_visible()


def _source(reader: Reader) -> None:
    reader.ask("Quand puis-je conduire ?").get_by_role("button", name="Source").click()


# What is done to an open chat before it is checked.
STATES: dict[str, Callable[[Reader], object]] = {
    "open": lambda reader: None,
    "suggestions": lambda reader: reader.chat.get_by_text("Après l'acte").click(),
    "exchange": lambda reader: reader.ask("Quand puis-je conduire ?"),
    "buttons": lambda reader: reader.ask("bonjour"),
    "team": lambda reader: reader.ask("trois semaines après j'ai la peau toute rouge"),
    "doctor": lambda reader: reader.ask("j'ai 39 et des frissons"),
    "emergency": lambda reader: reader.ask("je n'arrive plus à respirer"),
    "too long": lambda reader: reader.box.fill("a" * 1001),
    "failure": _fail,
    "erasing": _erase,
    "why": _ask_why,
    "source": _source,
    "two answers": lambda reader: reader.ask("je peux conduire et manger ?"),
}


# Pages within the chat: of the same colours, so that one scheme is enough.
PAGES: dict[str, Callable[[Reader], object]] = {
    "numbers": lambda reader: reader.button("Appeler").click(),
    "menu": lambda reader: reader.button("Menu").click(),
    "all questions": lambda reader: reader.tool("Toutes les questions"),
    "preparation": lambda reader: reader.tool("Ma préparation"),
}


def axe(reader: Reader) -> None:
    """Fail with axe-core's report when the page breaks WCAG 2.1 A or AA."""
    results = Axe().run(reader.page, options=STANDARDS)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/chat", "/chat/plein", "/chat/fiche", "/chat/fiche?sujet=driving#citation"]
)
def test_axe_finds_nothing_on_the_pages(
    new_reader: Callable[..., Reader], path: str, scheme: str
) -> None:
    reader = new_reader(color_scheme=scheme)
    reader.page.goto(reader.url + path)
    if path == "/chat":
        expect(reader.launcher).to_be_visible()
    if path == "/chat/plein":
        expect(reader.box).to_be_visible()
    axe(reader)


@pytest.mark.parametrize(
    ("state", "scheme"),
    [
        *((state, scheme) for state in STATES for scheme in ("light", "dark")),
        *((page, "dark") for page in PAGES),
    ],
)
def test_axe_finds_nothing_in_the_chat(
    new_reader: Callable[..., Reader], state: str, scheme: str
) -> None:
    reader = new_reader(color_scheme=scheme, reduced_motion="reduce")
    reader.visit()
    reader.open()
    (STATES | PAGES)[state](reader)
    axe(reader)


def test_axe_finds_nothing_on_a_phone(new_reader: Callable[..., Reader]) -> None:
    reader = new_reader(viewport=PHONE, has_touch=True, is_mobile=True)
    reader.visit()
    reader.open()
    reader.ask("j'ai 39 et des frissons")
    axe(reader)


def test_every_part_has_its_role_and_its_name(reader: Reader) -> None:
    answer = reader.ask("Quand puis-je conduire ?")
    panel = reader.page.get_by_role("dialog", name="Assistant cimentoplastie")
    expect(panel).to_be_visible()
    log = panel.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    assert answer.get_attribute("aria-live") is None  # the log says it
    expect(panel.get_by_role("status")).to_have_count(1)
    expect(reader.chat.get_by_role("alert")).to_have_count(1)
    expect(panel.get_by_role("textbox", name="Votre question (sans nom ni numéro)")).to_be_visible()
    for name in ("Envoyer", "Fermer", "Appeler", "Menu"):
        expect(panel.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(panel.get_by_role("banner")).to_have_count(0)
    expect(panel.get_by_role("group", name="Ce message a-t-il répondu")).to_be_visible()


def tab_to(reader: Reader, words: str) -> None:
    """Press Tab until the control with these words has the focus."""
    met = []
    for _ in range(30):
        reader.page.keyboard.press("Tab")
        met.append(reader.focused())
        if words in met[-1]:
            return
    raise AssertionError(f"{words!r} is not reached by Tab: {met}")


def test_the_keyboard_is_enough(new_reader: Callable[..., Reader]) -> None:
    reader = new_reader()
    reader.visit()
    press = reader.page.keyboard.press
    tab_to(reader, "Poser une question")
    press("Enter")
    expect(reader.chat.get_by_text("Je suis un assistant automatique")).to_be_visible()
    assert reader.focused() == "box"
    reader.page.keyboard.type("Quand puis-je conduire")
    press("Shift+Enter")
    reader.page.keyboard.type("après ?")
    expect(reader.box).to_have_value("Quand puis-je conduire\naprès ?")
    press("Enter")
    expect(reader.answers.first).to_contain_text("24 premières heures")
    assert reader.focused() == "box"
    for _ in range(5):  # back over what is offered to the source
        press("Shift+Tab")
    assert "Source\u00a0: Fiche" in reader.focused()
    press("Enter")
    expect(reader.button("Retour")).to_be_visible()
    press("Escape")
    assert "Source\u00a0: Fiche" in reader.focused()
    press("Escape")
    expect(reader.launcher).to_be_visible()
    assert reader.focused() == "Poser une question"


def test_erasing_by_keyboard_asks_first_and_escape_cancels(reader: Reader) -> None:
    reader.ask("merci")
    reader.button("Menu").focus()
    reader.page.keyboard.press("Enter")
    tab_to(reader, "Effacer la conversation")
    reader.page.keyboard.press("Enter")
    assert reader.focused() == "Annuler"
    reader.page.keyboard.press("Escape")
    expect(reader.button("Annuler")).not_to_be_visible()
    assert reader.focused() == "Menu"
    expect(reader.answers).to_have_count(1)


def test_controls_are_large_enough_for_a_finger(new_reader: Callable[..., Reader]) -> None:
    reader = new_reader(viewport=PHONE, has_touch=True, is_mobile=True)
    reader.visit()
    reader.open()
    reader.ask("Quand puis-je conduire ?")
    small = """(root) => [...root.querySelectorAll('button, a:not(.tel), summary, textarea')]
        .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 44)
        .map((node) => node.textContent)"""
    assert reader.inside(small) == []


def test_forced_colours_keep_edges_and_words(new_reader: Callable[..., Reader]) -> None:
    reader = new_reader(forced_colors="active")
    reader.visit()
    expect(reader.launcher).to_have_css("border-style", "solid")
    reader.open()
    alarm = reader.ask("je n'arrive plus à respirer").locator(".alarm")
    expect(alarm).to_have_css("border-width", "4px")
    expect(alarm.get_by_role("heading", name="Urgence")).to_be_visible()
    axe(reader)


@pytest.mark.parametrize(("motion", "moving"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_for_those_who_prefer_it_so(
    new_reader: Callable[..., Reader], motion: str, moving: bool
) -> None:
    reader = new_reader(reduced_motion=motion)
    reader.visit()
    reader.open()
    held: list[Route] = []
    reader.page.route("**/chat/messages", lambda route: held.append(route))
    reader.box.fill("merci")
    reader.button("Envoyer").click()
    expect(reader.chat.locator(".typing")).to_be_visible()
    assert bool(reader.inside("(root) => root.getAnimations().length")) is moving
    held[0].continue_()
    expect(reader.answers).to_have_count(1)


def test_the_picture_of_the_chat(new_reader: Callable[..., Reader], tmp_path: Path) -> None:
    """Make the picture of the README; PICTURES is its folder, else it is thrown away."""
    reader = new_reader(reduced_motion="reduce")
    reader.visit()
    reader.open()
    reader.ask("jpeu conduir kan apré le siman ?")
    reader.ask("pas de frissons par contre 38,9")
    reader.page.mouse.move(0, 0)
    target = Path(os.environ.get("PICTURES") or tmp_path) / "chat.png"
    reader.page.screenshot(path=target)
    assert target.stat().st_size > 10_000
