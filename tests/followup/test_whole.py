"""A whole follow-up on real parts: Kannel, Rasa, PostgreSQL, Redis, the API; with restarts.

On SQLite it is that of the demonstration, in tests/browser.
"""

import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from cimento.followup.deliveries import Deliveries
from cimento.followup.dispatch import Dispatcher
from cimento.followup.protocol import read_protocol
from cimento.followup.rasa_client import RasaClient
from cimento.settings.sms import SmsSettings
from cimento.sms.providers import make_provider
from cimento.store.database import open_database
from tests.followup.clinic import TOKEN, Clinic, Phones, Reports, open_clinic
from tests.followup.fakes import FakeClock
from tests.servers import PATIENCE, listens

MARIE, PAUL, STRANGER = "+33612345678", "+33698765432", "+33611111111"


@pytest.fixture(scope="module")
def clinic(programs: None) -> Iterator[Clinic]:
    with open_clinic() as running:
        yield running


@pytest.fixture
def phones(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Iterator[Phones]:
    reports = Reports(clinic.assistant.port)
    for name, value in {**clinic.settings, "CIMENTO_PUBLIC_URL": reports.url}.items():
        monkeypatch.setenv(name, value)
    database, clock = (
        open_database(clinic.settings["CIMENTO_DATABASE_URL"]),
        FakeClock(clinic.began),
    )
    dispatcher = Dispatcher(
        Deliveries(database, read_protocol()),
        make_provider(SmsSettings.read(), database.engine),
        RasaClient(f"http://127.0.0.1:{clinic.assistant.port}"),
        clock,
    )
    yield Phones(clinic.kannel, clock, dispatcher, reports)
    reports.stop()


def test_a_whole_follow_up_through_a_real_gateway(clinic: Clinic, phones: Phones) -> None:
    protocol, at, begun = read_protocol(), clinic.at, len(clinic.kannel.read())
    who = {"consent_by": "Mme Durand", "consent_at": clinic.began.isoformat()}
    discharge, act = at(0, 16).isoformat(), at(0, 8, 30).isoformat()
    clinic.api(
        "/enrolments", {"number": "06 12 34 56 78", "discharge": discharge, "act": act, **who}
    )
    clinic.api("/enrolments", {"number": "06 98 76 54 32", "discharge": discharge, **who})

    (evening,) = phones.tick(at(-1, 18), 1)
    assert "à jeun" in evening
    assert len(phones.tick(at(0, 16), 2)) == 2

    # Day 1: both are asked. Marie asks something first; Paul stays silent.
    assert len(phones.tick(at(1, 10), 2)) == 2
    answer = phones.write(MARIE, "et je peux conduire ?")
    assert "24" in answer and "Avez-vous de la fièvre" in answer
    assert "1. Oui" in answer
    assert "c'est noté" in phones.write(MARIE, "RAS tout va bien")
    (reminder,) = phones.tick(at(1, 14, 1), 1)
    assert reminder.startswith("CHU de Bordeaux, assistant automatique\nUrgence : 15, 112")
    phones.tick(at(1, 18, 2), 0)
    assert [(a["kind"], a["number"]) for a in clinic.alerts(MARIE, PAUL)] == [("silence", PAUL)]

    # Day 3: Rasa is away, so both check-ins wait; then each goes out once.
    clinic.assistant.stop()
    assert not listens(clinic.assistant.port) and not listens(clinic.assistant.actions_port)
    phones.tick(at(3, 10), 0)
    clinic.restart_assistant()
    assert len(phones.tick(at(3, 10, 10), 2)) == 2
    assert "Appelez immédiatement" in phones.write(MARIE, "1")
    assert "Appelez immédiatement" in phones.write(PAUL, "oui 38,9")
    alerts = clinic.alerts(MARIE, PAUL)
    told = [(a["kind"], a["level"], a["number"], a["words"]) for a in alerts[1:]]
    assert told == [
        ("alarm", "medecin", MARIE, "1"),
        ("alarm", "medecin", PAUL, "oui 38,9"),
    ]
    # Nobody has said that the call was made: it is recalled first.
    recalled, number = phones.exchange(PAUL, "je voudrais parler a quelqu'un", 2)
    assert "appelez immédiatement votre médecin" in recalled and "poste" in number
    assert clinic.alerts(PAUL)[-1]["kind"] == "human"

    # Three weeks: the gateway is away, then back. Marie has said STOP.
    assert "vous ne recevrez plus" in phones.write(MARIE, "STOP")
    clinic.kannel.kill_smsbox()
    phones.tick(at(21, 10), 0)
    clinic.kannel.start_smsbox()
    (redness,) = phones.tick(at(21, 10, 10), 1)
    assert "rougeur" in redness

    # None lost, none doubled: each SMS of the protocol once to each, and an answer to each.
    steps = {
        MARIE: ["evening_before", "day_of_return", "day_1", "day_3"],
        PAUL: ["day_of_return", "day_1", "day_1.reminder", "day_3", "three_weeks"],
    }
    planned = Counter((who, protocol.text(step)) for who in steps for step in steps[who])
    received = Counter(sms for sms in clinic.kannel.read()[begun:] if sms[0] in steps)
    assert Counter({sms: received[sms] for sms in planned}) == planned
    assert received.total() - planned.total() == 7

    # Erased: nothing about Marie is left, except that she wants no SMS.
    with pytest.raises(urllib.error.HTTPError, match="409"):  # nobody has read her alerts
        clinic.api("/forget", {"number": "06 12 34 56 78"})
    for alert in clinic.alerts(MARIE):
        clinic.api(f"/alerts/{alert['id']}/acknowledge", {"by": "Dr Martin"})
    clinic.api("/forget", {"number": "06 12 34 56 78"})
    held = clinic.api("/export", {"number": "06 12 34 56 78"})
    assert held["conversation"] == [] and set(held) == {"conversation", "opted_out"}
    assert len(protocol.steps) == 5


def test_a_patient_nobody_enrolled_reaches_the_team(clinic: Clinic, phones: Phones) -> None:
    answer = phones.write(STRANGER, "je n arrive plus a respirer")
    assert "15" in answer
    (alert,) = clinic.alerts(STRANGER)
    assert (alert["kind"], alert["level"]) == ("alarm", "urgence")
    clinic.api(f"/alerts/{alert['id']}/acknowledge", {"by": "Dr Martin"})
    assert clinic.alerts(STRANGER) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/model"),
        ("POST", "/model/train"),
        ("POST", "/model/parse"),
        ("GET", "/domain"),
        ("GET", "/status"),
        ("GET", "/conversations/sms-1/tracker"),
        ("POST", "/conversations/sms-1/trigger_intent"),
    ],
)
def test_rasas_http_api_answers_nobody(clinic: Clinic, method: str, path: str) -> None:
    """With the token of the follow-ups, in all the ways that Rasa takes one."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{clinic.assistant.port}{path}?token={quote(TOKEN)}",
        b"{}" if method != "GET" else None,
        {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        method=method,
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=PATIENCE)
    assert refused.value.code == 404
    refused.value.close()
