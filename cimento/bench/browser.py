"""The widget as a reader meets it: its weight, and the time from click to answer."""

import gzip
import shutil
import time

from playwright.async_api import async_playwright

from cimento.answers.catalogue import load_catalogue
from cimento.bench.processes import BenchError, progress
from cimento.bench.servers import Server
from cimento.channels.chat.links import service_link
from cimento.channels.chat.site import static_files

CLICKS = 30
QUESTION = "Quand puis-je conduire ?"
# As root (in a container) Chromium needs --no-sandbox; the others keep it off the network.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def weight_kb() -> float:
    """Return the weight of the widget, scripts and style as served, gzipped together, in kB (10^3
    bytes)."""
    files = static_files(service_link(load_catalogue()))
    widget = [files[name] for name in sorted(files) if not name.startswith("page.")]
    return len(gzip.compress(b"".join(widget))) / 1000


async def click_to_answer(server: Server) -> list[float]:
    """Return the ms from the click on « Envoyer » to the answer being shown, CLICKS times.

    Raises BenchError when Debian's chromium is not installed.
    """
    chromium = shutil.which("chromium")
    if not chromium:
        raise BenchError("Chromium is missing: apt-get install chromium.")
    progress("Clicking in the browser…")
    durations = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        page = await browser.new_page()
        await page.goto(f"{server.url}/chat")
        await page.get_by_role("button", name="Poser une question").click()
        answers = page.locator(".entry.bot")
        for number in range(CLICKS):
            await page.get_by_role("textbox").fill(QUESTION)
            begun = time.perf_counter()
            await page.get_by_role("button", name="Envoyer").click()
            await answers.nth(number).wait_for(state="visible")
            durations.append((time.perf_counter() - begun) * 1000)
        await browser.close()
    return durations
