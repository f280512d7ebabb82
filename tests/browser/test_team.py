"""The care team's pages in a browser: a working day, the keyboard, small screens, axe-core, print."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cimento.followup import alerts, people
from cimento.followup.api import make_api
from cimento.followup.enrolment import enrol
from cimento.followup.models import AlertKind
from cimento.followup.protocol import read_protocol
from cimento.store.conversations import SqlConversations
from cimento.store.database import Database, connect, open_database
from cimento.team import accounts
from cimento.team.app import add_team
from cimento.team.roles import Role
from tests.browser.test_access import STANDARDS
from tests.followup.api_server import TOKEN, Served
from tests.followup.conftest import NOON, request, secret
from tests.followup.fakes import FakeClock
from tests.servers import PATIENCE
from tests.team.test_unanswered import ask, make_tables

__all__ = ["secret"]

PASSWORD = "cheval agrafe pile"
PAGES = [
    *("/equipe/a-faire", "/equipe/patients", "/equipe/patients/1", "/equipe/inscrire"),
    *("/equipe/chiffres", "/equipe/questions", "/equipe/protocole?sortie=09/03/2027 20 h 30"),
]
WIDE = """[...document.querySelectorAll('main *')].filter((node) => node.checkVisibility()
    && !node.closest('.unseen') && node.getBoundingClientRect().right > innerWidth + 1)
    .map((node) => node.outerHTML.slice(0, 80))"""
SMALL = """[...document.querySelectorAll('button, a.button, summary, nav a, input, select')]
    .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 44)
    .map((node) => node.outerHTML.slice(0, 80))"""


@pytest.fixture
def ward(served: Served, empty_database: Path, tmp_path: Path) -> Database:
    """Two nurses' accounts; one patient who raised an alarm twelve minutes ago, one silent."""
    shutil.copy(empty_database, tmp_path / "followup.db")
    database, protocol = open_database(f"sqlite:///{tmp_path}/followup.db"), read_protocol()
    clock = FakeClock(NOON + timedelta(minutes=12))
    chats = make_tables(connect(f"sqlite:///{tmp_path}/conversations.db"))
    ask(chats, "work", 7)
    ask(chats, "other_medicines", 12, weeks_ago=1)
    kept = SqlConversations(chats)
    served.application = make_api(database, kept, protocol, TOKEN, clock)
    add_team(served.application, database, kept, protocol, clock)
    for login, name in (("cdurand", "Claire Durand"), ("proux", "Paul Roux")):
        accounts.add(database, login, name, Role.COORDINATOR, PASSWORD, NOON)
    accounts.add(database, "machine", "Anne Machine", Role.ADMINISTRATOR, PASSWORD, NOON)
    first = enrol(database, protocol, request(ward_reference="K7-0312"), NOON)
    other = enrol(database, protocol, request("0698765432", ward_reference="K7-0318"), NOON)
    alerts.raise_alert(
        database, first.conversation_id, AlertKind.ALARM, NOON, "medecin",
        "Bonjour, j'ai 38,9 depuis cette nuit et je frissonne", enrolment_id=first.id,
    )  # fmt: skip
    alerts.raise_alert(
        database, other.conversation_id, AlertKind.SILENCE, NOON, enrolment_id=other.id
    )
    return database


@pytest.fixture
def log_in(browser: Browser, served: Served, ward: Database) -> Iterator[Callable[..., Page]]:
    """Return pages on which somebody has just logged in. Nothing may break the pages' policy."""
    contexts: list[BrowserContext] = []
    seen: list[str] = []

    def enter(login: str = "cdurand", target: str = "/equipe/", **options: object) -> Page:
        settings = {"viewport": {"width": 1280, "height": 900}, "locale": "fr-FR", **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: seen.append(message.text))
        page.goto(f"http://127.0.0.1:{served.port}{target}")
        page.get_by_label("Identifiant").fill(login)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        expect(page.get_by_role("button", name="Se connecter", exact=True)).to_have_count(0)
        return page

    yield enter
    for context in contexts:
        context.close()
    # A refusal, which some tests ask for, is told to the console too.
    assert [line for line in seen if "Failed to load resource" not in line] == []


def test_an_alarm_is_taken_and_closed_in_two_clicks_from_the_link(
    log_in: Callable[..., Page],
) -> None:
    page = log_in(target="/equipe/a-faire")
    alarm = page.get_by_role("article", name="K7-0312")
    expect(page.get_by_role("article").first).to_contain_text("K7-0312")
    expect(alarm).to_contain_text("12\u00a0min")
    expect(alarm.get_by_role("link", name="06 12 34 56 78")).to_have_attribute(
        "href", "tel:+33612345678"
    )
    alarm.get_by_role("button", name="Je m'en occupe").click()
    expect(alarm).to_contain_text("Vous vous en occupez")
    alarm.get_by_role("button", name="Joint").click()
    expect(alarm).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("close")


def test_a_page_left_open_says_what_is_new(log_in: Callable[..., Page], ward: Database) -> None:
    page = log_in()
    page.clock.install()
    page.get_by_role("link", name="Actualiser").click()
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("button", name="Je m'en occupe").first.click()
    page.get_by_label("Note").fill("en ligne")
    name = people.remember(ward, "+33655443322", NOON)
    alerts.raise_alert(ward, name, AlertKind.ALARM, NOON, "urgence", "du mal à respirer")
    page.clock.fast_forward(20_000)
    expect(page.get_by_text("Il y a du nouveau.")).to_be_visible()
    expect(page).to_have_title("(2) À faire – Suivi par SMS")
    expect(page.get_by_label("Note")).to_have_value("en ligne")  # nothing is lost
    page.get_by_role("link", name="Actualiser").first.click()
    expect(page.get_by_role("article").first).to_contain_text("du mal à respirer")


def test_a_link_of_another_site_finds_who_is_logged_in(
    log_in: Callable[..., Page], served: Served
) -> None:
    """As a webmail's would: the browser keeps a SameSite=Strict cookie back at first."""
    page = log_in()
    page.goto(f"http://localhost:{served.port}/docs")  # another site than 127.0.0.1
    target = f"http://127.0.0.1:{served.port}/equipe/a-faire"
    page.evaluate("(target) => { location.href = target }", target)
    expect(page.get_by_role("heading", level=1)).to_have_text("À faire")


def test_a_working_day_of_two_nurses(log_in: Callable[..., Page]) -> None:
    claire, paul = log_in("cdurand"), log_in("proux")
    take = "Je m'en occupe"
    claire.get_by_role("article", name="K7-0312").get_by_role("button", name=take).click()
    paul.get_by_role("article", name="K7-0312").get_by_role("button", name=take).click()
    expect(paul.get_by_role("alert")).to_have_text("Claire Durand s'en occupe déjà.")
    mine = claire.get_by_role("article", name="K7-0312")
    mine.get_by_label("Note").fill("Sonne dans le vide. Rappeler à 18 h.")
    mine.get_by_role("button", name="Passer la main").click()
    paul.get_by_role("link", name="À faire").click()
    theirs = paul.get_by_role("article", name="K7-0312")
    expect(theirs).to_contain_text("Sonne dans le vide")
    theirs.get_by_role("button", name=take).click()
    theirs.get_by_role("button", name="Adressé au médecin").click()
    paul.get_by_role("link", name="Patients").click()
    paul.get_by_role("searchbox").or_(paul.get_by_label("Référence du service")).fill("5678")
    paul.get_by_role("button", name="Chercher").click()
    paul.get_by_role("link", name="K7-0312").click()
    expect(paul.locator(".time")).to_contain_text("Paul Roux a clos l'alerte : adressé au médecin")
    paul.get_by_text("Mettre en pause").first.click()
    paul.get_by_label("Motif").first.select_option(label="Réhospitalisé")
    paul.get_by_role("button", name="Mettre en pause").click()
    expect(paul.get_by_role("status")).to_contain_text("en pause")
    paul.get_by_role("button", name="Reprendre le suivi").click()
    expect(paul.get_by_role("status")).to_contain_text("reprend")


def test_a_patient_is_enrolled_by_keyboard_alone(log_in: Callable[..., Page]) -> None:
    page = log_in(target="/equipe/inscrire")
    page.get_by_label("Téléphone mobile").focus()
    for typed in ("06 12 34 56 79", "K7-0400", "09/03/2027 16 h", "", "Claire Durand", "09/03/2027 11 h"):  # fmt: skip
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(typed) if typed else None
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifier avant d'inscrire")
    expect(page.get_by_role("list").last).to_contain_text("Lendemain du retour : question")
    page.get_by_role("button", name="Inscrire", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Le patient est inscrit.")


def axe(page: Page) -> None:
    """Fail with axe-core's report when the page breaks WCAG 2.1 A or AA."""
    found = Axe().run(page, options=STANDARDS)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(log_in: Callable[..., Page], scheme: str) -> None:
    page = log_in(color_scheme=scheme)
    page.get_by_role("article", name="K7-0312").get_by_role("button", name="Je m'en occupe").click()
    expect(page.get_by_role("status")).to_be_visible()
    for path in ("", *PAGES[1:], "/equipe/patients/9"):
        if path:
            page.goto(page.url.partition("/equipe")[0] + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        axe(page)
    trail = log_in("machine", "/equipe/journal", color_scheme=scheme)
    expect(trail.get_by_role("heading", level=1)).to_have_text("Journal")
    axe(trail)


@pytest.mark.parametrize(
    "options",
    [{"viewport": {"width": 320, "height": 640}}, {"viewport": {"width": 640, "height": 450}}],
    ids=["320 px", "200 %"],
)
def test_small_and_zoomed_screens_scroll_one_way_only(
    log_in: Callable[..., Page], options: dict[str, object]
) -> None:
    page = log_in(**options)
    page.get_by_role("article", name="K7-0312").get_by_role("button", name="Je m'en occupe").click()
    expect(page.get_by_role("status")).to_be_attached()
    for path in PAGES:
        page.goto(page.url.partition("/equipe")[0] + path)
        page.evaluate(
            "document.querySelectorAll('main details').forEach((one) => { one.open = true })"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate(WIDE) == [], path
        assert page.evaluate(SMALL) == [], path


def test_a_patients_page_prints_without_what_one_clicks(log_in: Callable[..., Page]) -> None:
    page = log_in(target="/equipe/patients/1")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="K7-0312")).to_be_visible()
    expect(page.locator(".time")).to_be_visible()
    for hidden in (".top", ".actions"):
        expect(page.locator(hidden)).to_be_hidden()


def test_the_picture_of_the_page(log_in: Callable[..., Page], tmp_path: Path) -> None:
    """Make the picture of docs/equipe.md; PICTURES is its folder, else it is thrown away."""
    page = log_in(viewport={"width": 1100, "height": 560})
    target = Path(os.environ.get("PICTURES") or tmp_path) / "equipe.png"
    page.screenshot(path=target)
    assert target.stat().st_size > 10_000
