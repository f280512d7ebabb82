"""What /metrics tells, to whom, and that it names nobody."""

import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cimento.answers.catalogue import load_catalogue
from cimento.channels.turn import complete
from cimento.followup import alerts, care, people
from cimento.followup.enrolment import enrol
from cimento.followup.models import AlertKind
from cimento.followup.protocol import read_protocol
from cimento.monitoring import stored
from cimento.monitoring.metrics import exposition
from cimento.monitoring.turns import OUTCOMES, count_refusal, count_turn, outcome
from cimento.store.database import Database, connect, open_database
from cimento.store.heartbeat import TICK, beat
from cimento.store.vault import conversation_id
from tests.followup.conftest import NOON, request
from tests.monitoring.conftest import TOKEN, Installation
from tests.servers import PATIENCE, Assistant
from tests.sms.server import Server

NUMBER = "+33612345678"
Values = dict[str, float]


def read(page: bytes) -> Values:
    """Return {sample, as it is written: value}; fails when it is not what Prometheus reads."""
    return {
        sample.name + "".join(f",{key}={value}" for key, value in sorted(sample.labels.items())): (
            sample.value
        )
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def fetch(port: int, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers=named)
    with urllib.request.urlopen(asked, timeout=PATIENCE) as reply:
        assert reply.headers["Content-Type"].startswith("text/plain")
        page: bytes = reply.read()
    return page


def risen(before: Values, after: Values) -> Values:
    """Return by how much our counters rose, those that did."""
    return {
        name: value - before.get(name, 0.0)
        for name, value in after.items()
        if re.match(r"cimento_(turns|escalations|refused)_total", name)
        and value > before.get(name, 0.0)
    }


@pytest.fixture
def database(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")
    shutil.copy(empty_database, tmp_path / "followup.db")
    return open_database(f"sqlite:///{tmp_path}/followup.db")


def test_the_stored_figures_are_those_of_the_tables(database: Database) -> None:
    protocol = read_protocol()
    enrol(database, protocol, request(NUMBER), NOON)
    people.remember(database, NUMBER, NOON)
    for minutes, level in ((30, "urgence"), (20, "urgence"), (10, "medecin")):
        at = NOON - timedelta(minutes=minutes)
        alerts.raise_alert(
            database, conversation_id(NUMBER), AlertKind.ALARM, at, level, "j'ai 39", str(minutes)
        )
    care.take(database, [1], "Mme Durand", NOON)
    beat(database.engine, TICK, NOON)
    found = read(exposition({"disk": None, "purge": "late"}, stored.families(database, NOON)))
    planned = sum(value for name, value in found.items() if "deliveries,state=pending" in name)
    assert planned > 3
    assert {
        "cimento_alerts_open,kind=alarm,level=urgence": 2,
        "cimento_alerts_untaken,kind=alarm,level=urgence": 1,
        "cimento_oldest_untaken_seconds,kind=alarm,level=urgence": 20 * 60,
        "cimento_oldest_untaken_seconds,kind=alarm,level=medecin": 10 * 60,
        "cimento_alerts_open,kind=silence,level=none": 0,
        "cimento_last_tick_timestamp_seconds": NOON.timestamp(),
        "cimento_last_purge_timestamp_seconds": 0,
        "cimento_part_up,part=disk": 1,
        "cimento_part_up,part=purge": 0,
    }.items() <= found.items()
    later = datetime(2027, 3, 10, 11, tzinfo=timezone.utc)
    due = read(exposition({}, stored.families(database, later)))["cimento_oldest_due_seconds"]
    assert due > 3600
    night = datetime(2027, 3, 10, 23, tzinfo=timezone.utc)
    assert read(exposition({}, stored.families(database, night)))["cimento_oldest_due_seconds"] == 0


def test_it_names_nobody(database: Database) -> None:
    enrol(database, read_protocol(), request(NUMBER, ward_reference="K7-0312"), NOON)
    alerts.raise_alert(
        database, conversation_id(NUMBER), AlertKind.ALARM, NOON, "urgence", "j'ai 39", "m-1"
    )
    page = exposition({}, stored.families(database, NOON)).decode()
    labels = set(re.findall(r'(\w+)="', page))
    assert labels <= {
        "channel",
        "outcome",
        "level",
        "door",
        "reason",
        "le",
        "part",
        "state",
        "kind",
    }
    for private in (NUMBER[-9:], conversation_id(NUMBER), "sms-", "K7-0312", "39", "Durand", "m-1"):
        assert private not in re.sub(r"[0-9.e+]+$", "", page, flags=re.MULTILINE), private


def turns() -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Yield response, channel and completed turn of every wording of the catalogue."""
    catalogue = load_catalogue()
    for wording in catalogue.wordings:
        said: list[dict[str, Any]] = [{"text": wording.text}, {"custom": wording.custom}]
        yield wording.response, wording.channel, complete(said, "x", catalogue)


def test_each_wording_that_refuses_counts_as_what_it_is() -> None:
    counted: dict[str, set[str]] = {name: set() for name in OUTCOMES}
    for response, _, turn in turns():
        counted[outcome(turn)].add(response)
    unsaid = {name for name, *_ in turns() if name.startswith("utter_follow_up/unsaid_")}
    assert len(unsaid) == 10
    assert counted["not_in_sheet"] >= unsaid | {"utter_not_in_sheet", "utter_follow_up/not_found"}
    assert counted["unsure"] >= {
        *("utter_help/offer_topics", "utter_help/give_up"),
        *("utter_unsure", "utter_follow_up/unsure"),
    }
    assert counted["unavailable"] == {"utter_help/unavailable"}
    assert counted["out_of_scope"] == {"utter_out_of_scope"}
    assert counted["answered"] >= {"utter_fever", "utter_driving"}
    for refused in ("not_in_sheet", "unsure", "unavailable", "out_of_scope"):
        assert not counted["answered"] & counted[refused]  # on every channel the same


def test_a_turn_is_counted_once_with_its_level() -> None:
    before = read(exposition({}, []))
    custom = {"topic": "fever", "section": None, "escalation": "medecin"}
    count_turn("sms", 0.2, [{"text": "Appelez"}, {"custom": custom}])
    count_refusal("chat", "session_invalid")
    after = read(exposition({}, []))
    assert risen(before, after) == {
        "cimento_turns_total,channel=sms,outcome=answered": 1,
        "cimento_escalations_total,channel=sms,level=medecin": 1,
        "cimento_refused_total,door=chat,reason=session_invalid": 1,
    }
    name = "cimento_turn_seconds_bucket,channel=sms,le=0.25"
    assert after[name] == before[name] + 1


def test_strangers_get_no_figures(server: Server) -> None:
    assert b"cimento_part_up" in fetch(server.port)
    before = read(fetch(server.port))
    for headers in (
        {"X_Forwarded_For": "192.0.2.1"},
        {"Origin": "http://evil"},
        {"X_Forwarded_For": "192.0.2.1", "Authorization": f"Bearer {TOKEN}x"},
    ):
        with pytest.raises(urllib.error.HTTPError) as error:
            fetch(server.port, **headers)
        error.value.close()
        assert error.value.code == 403
    with_token = {"X_Forwarded_For": "192.0.2.1", "Authorization": f"Bearer {TOKEN}"}
    after = read(fetch(server.port, **with_token))
    assert risen(before, after) == {"cimento_refused_total,door=monitor,reason=token": 1}


def test_without_the_database_the_rest_is_told(installation: Installation, server: Server) -> None:
    with connect(installation.url("followup")).begin():
        found = read(fetch(server.port))
    assert found["cimento_part_up,part=database"] == 0
    assert found["cimento_part_up,part=disk"] == 1
    assert "cimento_turns_total,channel=chat,outcome=answered" in found
    assert not any(name.startswith("cimento_alerts") for name in found)


def test_the_running_assistant_counts_what_it_answers(assistant: Assistant) -> None:
    before = read(fetch(assistant.port))
    assistant.say("j'ai 39 de fièvre depuis hier")
    assistant.say("je pourrai prendre l'avion quand ?")
    found = risen(before, read(fetch(assistant.port)))
    expected = {
        "cimento_escalations_total,channel=rest,level=medecin",
        "cimento_turns_total,channel=rest,outcome=answered",
        "cimento_turns_total,channel=rest,outcome=not_in_sheet",
    }
    assert expected <= found.keys()
