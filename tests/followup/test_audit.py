"""Who did what is written down, cannot be changed by our programs, and is found when it was."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from cimento.followup import alerts, audit
from cimento.followup.audit import AuditBroken
from cimento.followup.enrolment import enrol
from cimento.followup.models import AlertKind
from cimento.followup.protocol import Protocol
from cimento.store.database import Database
from tests.followup.conftest import NOON, request


@pytest.fixture
def trail(database: Database, protocol: Protocol) -> Database:
    """A database where somebody enrolled, corrected, read and acknowledged."""
    name = enrol(database, protocol, request(), NOON).conversation_id
    enrol(database, protocol, request(consent_by="Dr Petit"), NOON)
    alerts.raise_alert(database, name, AlertKind.ALARM, NOON, "medecin", "j'ai 39, zorglub")
    alerts.read_by(database, "Mme Roy", NOON + timedelta(hours=1), everything=False)
    alerts.acknowledge(database, 1, "Mme Roy", NOON + timedelta(hours=1))
    alerts.acknowledge(database, 1, "too late", NOON + timedelta(hours=2))
    audit.note(database, "HTTP API", "export", name, NOON)
    return database


def test_each_is_written_down_without_number_or_words(trail: Database) -> None:
    entries = audit.read(trail)
    assert [(entry.actor, entry.action) for entry in entries] == [
        ("Mme Durand", "enrol"),
        ("Dr Petit", "correct"),
        ("Mme Roy", "read"),
        ("Mme Roy", "acknowledge"),
        ("HTTP API", "export"),
    ]
    written = str([(entry.actor, entry.action, entry.about) for entry in entries])
    assert "zorglub" not in written
    assert "612345678" not in written
    assert audit.verify(trail) == (5, entries[-1].digest)


def test_an_empty_trail_is_whole(database: Database) -> None:
    assert audit.verify(database) == (0, "")


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_our_programs_cannot_change_it(trail: Database, change: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), trail.engine.begin() as connection:
        connection.execute(sa.text(change))
    assert audit.verify(trail)[0] == 5


def _without_triggers(connection: Connection) -> None:
    for change in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(f"DROP TRIGGER audit_{change}")


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit SET actor = 'x' WHERE id = 2", 2),
        ("UPDATE audit SET about = 'alert 9' WHERE id = 4", 4),
        ("DELETE FROM audit WHERE id = 3", 4),
        ("UPDATE audit SET digest = (SELECT digest FROM audit WHERE id = 1) WHERE id = 5", 5),
    ],
)
def test_what_somebody_changed_by_hand_is_found(
    trail: Database, change: str, broken_at: int
) -> None:
    with trail.engine.begin() as connection:
        _without_triggers(connection)
        connection.execute(sa.text(change))
    with pytest.raises(AuditBroken, match=f"entry {broken_at}:"):
        audit.verify(trail)


def test_many_at_once_make_one_chain(trail: Database) -> None:
    def note(n: int) -> None:
        audit.note(trail, f"reader {n}", "read", "alert 1", NOON)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(8)))
    assert audit.verify(trail)[0] == 13
