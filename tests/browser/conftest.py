"""Debian's Chromium, and readers whose page must stay free of errors and violations."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    expect,
    sync_playwright,
)

from tests.browser.reader import Reader
from tests.browser.site import Site
from tests.debian import require
from tests.servers import PATIENCE, Assistant

# As root Chromium needs --no-sandbox; the others keep it off the network.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
FLAGS += ["--disable-dev-shm-usage"]  # a container's /dev/shm may be too small for it
PHONE = {"width": 320, "height": 568}
# What Chromium prints of itself when a request fails, which some tests make happen.
_OF_THE_NETWORK = ("Failed to load resource", "net::ERR_", "CORS policy")


@pytest.fixture(scope="package")
def browser(programs: None) -> Iterator[Browser]:
    """One browser for the tests of this folder; each test has profiles of its own.

    Playwright's loop must not outlive them: other tests have theirs.
    """
    expect.set_options(timeout=PATIENCE * 1000)
    require("chromium", "chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield running
        running.close()


def _watch(context: BrowserContext, seen: list[str]) -> None:
    def printed(message: ConsoleMessage) -> None:
        of_the_network = any(words in message.text for words in _OF_THE_NETWORK)
        if message.type in ("error", "warning") and not of_the_network:
            seen.append(message.text)

    def popped_up(dialog: Dialog) -> None:
        seen.append(f"Dialog: {dialog.message}")
        dialog.dismiss()

    def violated(directive: str) -> None:
        seen.append(f"Content-Security-Policy: {directive}")

    context.on("console", printed)
    context.on("dialog", popped_up)
    context.on("weberror", lambda error: seen.append(str(error.error)))
    context.expose_function("violated", violated)
    context.add_init_script(
        "addEventListener('securitypolicyviolation', (event) => violated(event.violatedDirective))"
    )


@pytest.fixture
def new_reader(browser: Browser, assistant: Assistant) -> Iterator[Callable[..., Reader]]:
    """Return readers, each with a browser profile of its own; options are Playwright's.

    At the end nothing may have been printed as an error, popped up, or broken the
    Content-Security-Policy.
    """
    seen: list[str] = []
    contexts: list[BrowserContext] = []

    def reader(**options: Any) -> Reader:
        settings = {"viewport": {"width": 1100, "height": 800}, "locale": "fr-FR", **options}
        context = browser.new_context(**settings)
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        _watch(context, seen)
        return Reader(context.new_page(), f"http://127.0.0.1:{assistant.port}")

    yield reader
    for context in contexts:
        context.close()
    assert seen == []


@pytest.fixture
def reader(new_reader: Callable[..., Reader]) -> Reader:
    """A reader who has opened the chat on the demonstration page."""
    someone = new_reader()
    someone.visit()
    someone.open()
    return someone


@pytest.fixture
def site(embedding_port: int) -> Iterator[Site]:
    """The site that is allowed to embed the chat."""
    with Site(embedding_port) as running:
        yield running


@pytest.fixture
def phone(new_reader: Callable[..., Reader]) -> Reader:
    """Somebody with a small phone who has loaded the page, and opened nothing."""
    reader = new_reader(viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    reader.visit()
    return reader
