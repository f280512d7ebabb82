"""The demonstration of a follow-up by SMS, as a newcomer meets it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from cimento.ops.processes import free_port
from tests.conftest import START_SECONDS, copy_project

_PATIENCE = 60_000  # ms: the story takes its time


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """The address of a demonstration that `make demo-sms` has started."""
    project, port = copy_project(tmp_path / "cimento"), free_port()
    log = tmp_path / "demo.log"
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "cimento", "demo"],
        cwd=project,
        env={**os.environ, "CIMENTO_DEMO_PORT": str(port), "CIMENTO_DEMO_PAUSE": "3"},
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    deadline = time.monotonic() + START_SECONDS
    while "Open http" not in log.read_text():
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0, log.read_text()


def write(page: Page, text: str) -> None:
    page.get_by_label("Écrire comme le patient").fill(text)
    page.get_by_role("button", name="Envoyer").click()


def test_a_whole_follow_up_is_seen(demo: str, browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1100, "height": 860}, locale="fr-FR")
    page.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)
    page.goto(demo)
    sms = page.locator(".sms.hospital")
    expect(sms.first).to_contain_text("Pour demain : à jeun")
    expect(sms.nth(1)).to_contain_text("restez allongé jusqu'à demain")
    expect(sms.nth(2)).to_contain_text("2. Non")
    write(page, "et je peux conduire ?")
    expect(sms.nth(3)).to_contain_text("24 premières heures")
    write(page, "oui 38,9")
    expect(sms.nth(4)).to_contain_text("Appelez immédiatement votre médecin")
    alarm = page.locator(".alert.alarm")
    expect(alarm).to_contain_text("Alarme : appeler le médecin")
    expect(alarm).to_contain_text("« oui 38,9 »")
    page.screenshot(path=Path(os.environ.get("PICTURES") or tmp_path) / "demo-sms.png")
    assert Axe().run(page).violations_count == 0
    alarm.get_by_role("button", name="Je m'en occupe").click()
    expect(alarm).to_contain_text("Prise en charge")
    # Then the patient stays silent: a reminder, an alert, and the SMS of the third week.
    expect(page.locator(".alert.silence")).to_be_visible()
    expect(sms.filter(has_text="Nous n'avons pas votre réponse")).to_have_count(1)
    expect(sms.last).to_contain_text("rougeur")
    expect(page.get_by_role("status")).to_contain_text("le suivi est terminé")
