"""Journal: what was done, in words, for who keeps the machine; no patient stands in it."""

from collections.abc import Callable

from cimento.followup import audit
from cimento.followup.enrolment import enrol
from cimento.followup.models import Care
from cimento.followup.protocol import read_protocol
from cimento.store.database import Database
from cimento.team import accounts
from cimento.team.roles import Role
from cimento.team.words import ACTIONS
from tests.followup.conftest import NOON, request
from tests.team.conftest import Visit
from tests.team.test_todo import text


def test_what_was_done_is_told_in_words(
    logged_in: Callable[..., Visit], database: Database
) -> None:
    accounts.add(database, "cdurand", "Claire Durand", Role.NURSE, "cheval agrafe pile", NOON)
    enrol(database, read_protocol(), request(ward_reference="K7-0312"), NOON)
    logged_in().post("/equipe/patients/1/arrete", motif="wish")
    page = text(logged_in(Role.ADMINISTRATOR).get("/equipe/journal").text)
    assert "Claire Durand (cdurand) infirmier, infirmière" in page
    assert "Claire Durand a arrêté follow-up 1: wish" in page
    assert "Mme Durand a inscrit sms-" in page
    for private in ("K7-0312", "612345678", "06 12 34 56 78"):
        assert private not in page


def test_every_action_has_its_words(logged_in: Callable[..., Visit], database: Database) -> None:
    assert {event.value for event in Care} <= set(ACTIONS)
    assert {"pause", "resume", "move", "cancel", "renumber", "enrol", "correct"} <= set(ACTIONS)
    browser = logged_in()
    browser.get("/equipe/a-faire")
    browser.post("/equipe/deconnexion", partout="oui")
    assert {entry.action for entry in audit.read(database)} <= set(ACTIONS)
