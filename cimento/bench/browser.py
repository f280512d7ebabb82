"""The widget as a reader meets it: its weight, and the time from click to answer."""

import gzip
import shutil

from playwright.async_api import async_playwright

from cimento.answers.catalogue import load_catalogue
from cimento.bench.processes import BenchError, progress
from cimento.bench.servers import Server
from cimento.channels.chat.links import service_link
from cimento.channels.chat.site import packed, static_files

CLICKS = 30
QUESTION = "Quand puis-je conduire ?"
# By the browser's own clock, from the click's time to the frame that shows the answer: whoever
# drives the browser looks at it only every 20, 50, then 100 ms.
_WATCH = """() => {
    const root = document.querySelector("cimento-chat").shadowRoot;
    let clicked;
    window.shown = [];
    root.addEventListener("click", ({ timeStamp }) => (clicked = timeStamp), true);
    const painted = () => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => shown.push(performance.now() - clicked);
        port2.postMessage(null);  // handled once the frame is painted
    };
    new MutationObserver((changes) => {
        const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
        if (added.some((node) => node.matches?.(".bot"))) requestAnimationFrame(painted);
    }).observe(root.querySelector(".log"), { childList: true });
}"""
# As root (in a container) Chromium needs --no-sandbox; the others keep it off the network.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def weights_kb() -> tuple[float, float]:
    """Return the weight of the widget, scripts and style, in kB (10^3 bytes): gzipped together, and
    as served, each file gzipped by itself."""
    files = static_files(service_link(load_catalogue()))
    widget = {name: files[name] for name in sorted(files) if not name.startswith("page.")}
    together = gzip.compress(b"".join(widget.values()))
    return len(together) / 1000, sum(map(len, packed(widget).values())) / 1000


async def click_to_answer(server: Server) -> list[float]:
    """Return the ms from the click on « Envoyer » to the painted answer, CLICKS times.

    Raises BenchError when Debian's chromium is not installed.
    """
    chromium = shutil.which("chromium")
    if not chromium:
        raise BenchError("Chromium is missing: apt-get install chromium.")
    progress("Clicking in the browser…")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        page = await browser.new_page()
        await page.goto(f"{server.url}/chat")
        await page.get_by_role("button", name="Poser une question").click()
        await page.get_by_text("Je suis un assistant automatique").wait_for()
        await page.evaluate(_WATCH)
        answers = page.locator(".entry.bot")
        for number in range(CLICKS):
            await page.get_by_role("textbox").fill(QUESTION)
            await page.get_by_role("button", name="Envoyer").click()
            await answers.nth(number).wait_for(state="visible")
        # One frame more, so that the last is painted; page.evaluate waits for the promise.
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        durations: list[float] = await page.evaluate("shown")
        await browser.close()
    return durations
