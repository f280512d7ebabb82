"""The HTTP API, served by a real server: what it answers."""

from cimento.followup import alerts
from cimento.followup.enrolment import Enrolled
from cimento.followup.models import AlertKind
from cimento.store.database import Database
from tests.followup.api_server import Client
from tests.followup.conftest import BODY, NOON


def test_enrol_then_correct_then_read(client: Client) -> None:
    first = client.call("POST", "/enrolments", json=BODY)
    assert (first.status_code, first.json()["merged"]) == (201, False)
    again = client.call("POST", "/enrolments", json={**BODY, "act": "2027-03-09T14:00"})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    steps = client.call("GET", f"/enrolments/{first.json()['id']}").json()
    assert {step["step"]: step["state"] for step in steps}["day_1"] == "pending"
    status = client.call("GET", "/status").json()
    assert status["deliveries"]["pending"] >= 3


def test_a_follow_up_is_paused_resumed_moved_and_cancelled(
    client: Client, database: Database
) -> None:
    first = client.call("POST", "/enrolments", json={**BODY, "ward_reference": "K7-0312"}).json()
    assert {sms["step"]: sms["state"] for sms in first["plan"]}["day_1"] == "pending"
    by, path = {"by": "Mme Roy"}, f"/enrolments/{first['id']}"
    paused = client.call("POST", f"{path}/pause", json=by).json()
    assert {sms["reason"] for sms in paused if sms["state"] == "pending"} == {"paused"}
    assert client.call("POST", f"{path}/resume", json=by).ok
    dates = {**by, "discharge": "2027-03-20T16:00", "act": "2027-03-20T08:00"}
    moved = client.call("POST", f"{path}/move", json=dates).json()
    assert (moved[0]["step"], moved[0]["due"]) == ("evening_before", "2027-03-19T17:00:00+00:00")
    alerts.raise_alert(database, first["conversation_id"], AlertKind.HUMAN, NOON)
    assert client.call("GET", "/alerts").json()[0]["ward_reference"] == "K7-0312"
    cancelled = client.call("POST", f"{path}/cancel", json=by).json()
    assert {sms["state"] for sms in cancelled} == {"dropped"}
    assert client.call("POST", f"{path}/pause", json=by).status_code == 422
    assert client.call("POST", "/enrolments/99/cancel", json=by).status_code == 404


def test_an_unread_alert_is_not_forgotten_by_mistake(
    client: Client, database: Database, enrolled: Enrolled
) -> None:
    alerts.raise_alert(database, enrolled.conversation_id, AlertKind.ALARM, NOON, "urgence")
    body = {"number": BODY["number"]}
    assert client.call("POST", "/forget", json=body).status_code == 409
    erased = client.call("POST", "/forget", json={**body, "even_open": True})
    assert erased.json() == {"erased": True}


def test_alerts_are_read_and_acknowledged_by_name(
    client: Client, database: Database, enrolled: Enrolled
) -> None:
    alerts.raise_alert(
        database, enrolled.conversation_id, AlertKind.ALARM, NOON, "medecin", "j'ai 39 😱"
    )
    (alert,) = client.call("GET", "/alerts").json()
    assert (alert["words"], alert["number"]) == ("j'ai 39 😱", "+33612345678")
    path = f"/alerts/{alert['id']}/acknowledge"
    assert client.call("POST", path, json={"by": ""}).status_code == 422
    assert client.call("POST", path, json={"by": "Dr Martin"}).status_code == 204
    assert client.call("GET", "/alerts").json() == []
    (past,) = client.call("GET", "/alerts?all=true").json()
    assert past["acknowledged_by"] == "Dr Martin"


def test_a_patients_words_command_no_terminal(
    client: Client, database: Database, enrolled: Enrolled
) -> None:
    words = "j'ai 39\x1b[2J\x9b2J \u202edevant\r\n😱 \x00 à la maison"
    alerts.raise_alert(database, enrolled.conversation_id, AlertKind.ALARM, NOON, "medecin", words)
    shown = client.call("GET", "/alerts")
    assert shown.json()[0]["words"] == "j'ai 39 [2J 2J devant 😱 à la maison"
    held = client.call("POST", "/export", json={"number": "0612345678"})
    assert held.json()["alerts"][0]["words"] == words  # what is held, to the letter
    assert held.text.isascii() and held.text.isprintable()


def test_export_and_forget(client: Client, enrolled: Enrolled) -> None:
    held = client.call("POST", "/export", json={"number": "0612345678"})
    assert held.json()["number"] == "+33612345678"
    for erased in (True, False):
        reply = client.call("POST", "/forget", json={"number": "0612345678"})
        assert reply.json() == {"erased": erased}


def test_it_describes_itself(client: Client) -> None:
    paths = client.call("GET", "/openapi.json", token=None).json()["paths"]
    assert {"/enrolments", "/alerts", "/forget", "/export", "/status"} <= set(paths)
    assert client.call("GET", "/health", token=None).json() == {"status": "ok"}


def test_its_page_loads_nothing_that_could_read_the_token(client: Client) -> None:
    page = client.call("GET", "/docs", token=None)
    assert "POST /alerts/{id}/acknowledge" in page.text
    assert "<code>consent_by</code>: Who recorded the patient&#x27;s consent" in page.text
    for loading in ("<script", "<link", "<img", "<iframe", "src=", "//cdn"):
        assert loading not in page.text
