"""A reader of the chat: what somebody in front of a browser sees and does."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page


@dataclass
class Reader:
    """Somebody in front of one page with the chat on it."""

    page: Page
    url: str

    def visit(self, path: str = "/chat") -> None:
        """Load a page of the assistant that carries the chat."""
        self.goto(f"{self.url}{path}")

    def goto(self, address: str) -> None:
        """Load a page that carries the chat and wait until its launcher or panel is there."""
        self.page.goto(address)
        self.chat.locator(".launcher:visible, .panel:visible").wait_for()

    @property
    def chat(self) -> Locator:
        return self.page.locator("cimento-chat")

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name="Poser une question")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Votre question")

    @property
    def answers(self) -> Locator:
        return self.chat.locator(".entry.bot")

    @property
    def status(self) -> Locator:
        return self.chat.locator(".notice").get_by_role("status")

    def button(self, name: str) -> Locator:
        """Return the button of the chat with exactly this name."""
        return self.chat.get_by_role("button", name=name, exact=True)

    def tool(self, name: str) -> None:
        """Press one of the buttons of the menu."""
        self.button("Menu").click()
        self.chat.locator(".menu").get_by_text(name, exact=True).click()

    def open(self) -> None:
        """Open the chat and wait for its greeting."""
        self.launcher.click()
        self.chat.get_by_text("Je suis un assistant automatique").wait_for()

    def ask(self, text: str) -> Locator:
        """Type a question, send it, and return its answer once it is there."""
        before = self.answers.count()
        self.box.fill(text)
        self.button("Envoyer").click()
        answer = self.answers.nth(before)
        answer.wait_for()
        return answer

    def enlarge(self, percent: int) -> None:
        """Set the size of letters in this browser, in percent."""
        self.page.add_init_script(
            "addEventListener('DOMContentLoaded', () => "
            f"document.documentElement.style.setProperty('font-size', '{percent}%'))"
        )

    def focused(self) -> str:
        """Return the text, or the id, of the control that has the focus, in the chat or the page."""
        script = """() => {
            let node = document.activeElement;
            while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
            return node.innerText?.trim() || node.id || node.className || node.tagName;
        }"""
        return str(self.page.evaluate(script))

    def inside(self, script: str) -> Any:
        """Return what a JavaScript function of the chat's shadow root gives."""
        return self.chat.evaluate(f"(element) => ({script})(element.shadowRoot)")

    def kept(self) -> str:
        """Return all that the browser keeps of the conversation, in this tab."""
        return str(self.page.evaluate("Object.values(sessionStorage).join()"))
