"""The commands of the follow-ups, as they are typed."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from cimento.__main__ import main
from cimento.followup import alerts, people
from cimento.followup.models import AlertKind
from cimento.store.database import connect, open_database
from tests.followup.conftest import NOON
from tests.followup.typed import NUMBER, Output, about, enrol_now

pytestmark = pytest.mark.usefixtures("commands")


def test_enrol_export_status_forget(capsys: Output) -> None:
    assert enrol_now() == 0
    assert enrol_now() == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if not line.startswith("  ")] == [
        "Enrolled: follow-up 1.",
        "Corrected: follow-up 1.",
    ]
    assert "day_1            pending" in out
    assert about(NUMBER, "export") == 0
    assert json.loads(capsys.readouterr().out)["number"] == "+33612345678"
    assert main(["followup", "status"]) == 0
    assert "pending" in capsys.readouterr().out
    assert main(["followup", "purge"]) == 0
    assert capsys.readouterr().out == "0 people erased.\n"
    assert about(NUMBER, "forget") == 0
    assert about(NUMBER, "forget") == 0
    assert "Nothing was held." in capsys.readouterr().out


def test_a_follow_up_is_paused_resumed_moved_and_cancelled(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "ward").write_text("K7-0312\n")
    assert enrol_now(NUMBER, "--ward-reference", str(tmp_path / "ward")) == 0
    assert enrol_now() == 0
    out = capsys.readouterr().out
    assert "The same telephone has another patient's follow-up: 1." in out
    later = (datetime.now(timezone.utc) + timedelta(days=40)).isoformat(timespec="minutes")
    for command, *options in (
        ("pause",),
        ("resume",),
        ("move", "--discharge", later),
        ("cancel",),
    ):
        assert main(["followup", command, "1", "--by", "Mme Roy", *options]) == 0
        assert ("paused" in capsys.readouterr().out) == (command == "pause")
    assert main(["followup", "resume", "1", "--by", "Mme Roy"]) == 1
    assert main(["followup", "cancel", "9", "--by", "Mme Roy"]) == 1
    assert "There is no follow-up 9." in capsys.readouterr().err
    assert about(NUMBER, "export") == 0
    held = json.loads(capsys.readouterr().out)["enrolments"]
    assert [enrolment["ward_reference"] for enrolment in held] == ["K7-0312", None]


def test_an_unread_alert_is_not_forgotten_by_mistake(url: str, capsys: Output) -> None:
    database = open_database(url)
    name = people.remember(database, "+33612345678", NOON)
    alerts.raise_alert(database, name, AlertKind.ALARM, NOON, "urgence", "j'ai 39")
    assert about(NUMBER, "forget") == 1
    assert "--even-open" in capsys.readouterr().err
    assert about(NUMBER, "forget", "--even-open") == 0
    assert alerts.read_alerts(database, everything=True) == []


def test_refusals_are_told_and_fail(capsys: Output) -> None:
    assert enrol_now("05 56 79 56 79") == 1
    assert "pas un mobile" in capsys.readouterr().err
    assert about("15", "export") == 1
    assert main(["followup", "import", "/nowhere.csv"]) == 1
    assert main(["followup", "ack", "7", "--by", "Dr Martin"]) == 1
    assert about(NUMBER, "enrol") == 2
    # Everybody on the machine reads the arguments of a program.
    assert main(["followup", "export", NUMBER]) == 2


def test_a_number_is_read_from_a_file(tmp_path: Path, capsys: Output) -> None:
    assert enrol_now() == 0
    (tmp_path / "number").write_text(NUMBER)
    capsys.readouterr()
    assert main(["followup", "export", "--number", str(tmp_path / "number")]) == 0
    assert json.loads(capsys.readouterr().out)["number"] == "+33612345678"


def test_a_patients_words_do_not_command_the_terminal(url: str, capsys: Output) -> None:
    database = open_database(url)
    name = people.remember(database, "+33612345678", NOON)
    words = "j'ai \x1b[2J39\x9b5m\r\nn° 7 \u202esserp\u202c \0 é"
    alerts.raise_alert(database, name, AlertKind.ALARM, NOON, "medecin", words)
    assert main(["followup", "alerts"]) == 0
    line = capsys.readouterr().out
    assert "« j'ai [2J39 5m n° 7 sserp é »" in line
    assert line.count("\n") == 1
    assert about(NUMBER, "export") == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert json.loads(out)["alerts"][0]["words"] == words


@pytest.mark.parametrize("content", ["\0", "a" * 200_000, '"' + "a;" * 100_000])
def test_a_file_that_is_no_csv_is_refused(tmp_path: Path, capsys: Output, content: str) -> None:
    now = datetime.now(timezone.utc).isoformat(timespec="minutes")
    lines = ["number;discharge;consent_by;consent_at", f"{NUMBER};{now};Mme D;{now}", content]
    (tmp_path / "list.csv").write_text("\n".join(lines), encoding="utf-8")
    assert main(["followup", "import", str(tmp_path / "list.csv")]) == 1
    assert "fichier" in capsys.readouterr().err


def test_the_trail_of_the_commands_is_shown_and_proved(url: str, capsys: Output) -> None:
    enrol_now()
    about(NUMBER, "export")
    about(NUMBER, "forget")
    capsys.readouterr()
    assert main(["followup", "audit"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[3] for line in lines] == ["enrol", "export", "erase"]
    assert main(["followup", "audit", "--verify"]) == 0
    assert capsys.readouterr().out.startswith("3 entries, whole.")
    with connect(url).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_DELETE")
        connection.exec_driver_sql("DELETE FROM audit WHERE id = 2")
    assert main(["followup", "audit", "--verify"]) == 1
    assert "broken at entry 3" in capsys.readouterr().err


def test_import_reports_every_line(tmp_path: Path, capsys: Output) -> None:
    now = datetime.now(timezone.utc).isoformat(timespec="minutes")
    lines = ["number;discharge;consent_by;consent_at", f"{NUMBER};{now};Mme D;{now}", "15;;;"]
    file = tmp_path / "list.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert main(["followup", "import", str(file)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "ligne 2 : inscrit"
    assert out[1].startswith("ligne 3 : refusé : ")
    assert "15" not in out[1].removeprefix("ligne 3")


def test_alerts_are_listed_and_acknowledged(url: str, capsys: Output) -> None:
    database = open_database(url)
    name = people.remember(database, "+33612345678", NOON)
    alerts.raise_alert(database, name, AlertKind.ALARM, NOON, "medecin", "j'ai 39")
    assert main(["followup", "alerts"]) == 0
    line = capsys.readouterr().out
    for part in ("n° 1", "09/03/2027 12:00", "alarm", "medecin", "+33612345678", "« j'ai 39 »"):
        assert part in line
    assert main(["followup", "ack", "1", "--by", " "]) == 1
    assert main(["followup", "ack", "1", "--by", "Dr Martin"]) == 0
    capsys.readouterr()
    main(["followup", "alerts"])
    assert capsys.readouterr().out == ""
    main(["followup", "alerts", "--all"])
    assert "acquittée : Dr Martin" in capsys.readouterr().out


def test_another_secret_says_what_to_do(
    url: str, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(url)
    name = people.remember(database, "+33612345678", NOON)
    alerts.raise_alert(database, name, AlertKind.HUMAN, NOON)
    monkeypatch.setenv("CIMENTO_SECRET", "another-secret-" * 3)
    assert main(["followup", "alerts"]) == 1
    assert "CIMENTO_SECRET" in capsys.readouterr().err
