"""The demonstration of a follow-up by SMS, as a newcomer meets it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.servers import PATIENCE, demonstration


@pytest.fixture
def demo(programs: None) -> Iterator[str]:
    """The address of a demonstration that has begun."""
    with demonstration() as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 860}, locale="fr-FR")
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


def write(page: Page, text: str) -> None:
    page.get_by_label("Écrire comme le patient").fill(text)
    page.get_by_role("button", name="Envoyer").click()


def test_a_whole_follow_up_is_seen(demo: str, page: Page, tmp_path: Path) -> None:
    page.goto(demo)
    sms = page.locator(".sms.hospital")
    jump = page.get_by_role("button", name="Avancer").click
    jump()
    expect(sms.first).to_contain_text("Demain matin à jeun")
    jump()
    expect(sms.nth(1)).to_contain_text("allongez-vous jusqu'à demain")
    jump()
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
    jump()
    expect(sms.nth(5)).to_contain_text("2. Non")
    jump()
    expect(sms.nth(6)).to_contain_text("Votre réponse nous manque")
    jump()
    expect(page.locator(".alert.silence")).to_be_visible()
    expect(sms.filter(has_text="Votre réponse nous manque")).to_have_count(1)
    jump()
    expect(sms.nth(7)).to_contain_text("rougeur")
    jump()
    expect(page.get_by_role("status")).to_contain_text("le suivi est terminé")
