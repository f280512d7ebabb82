"""Many people followed up, written in bulk: what the engine is measured among."""

import random
import secrets
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa

from cimento.followup.models import Consent, Delivery, Enrolment, Person, State
from cimento.followup.protocol import read_protocol
from cimento.store.database import Database
from cimento.store.vault import conversation_id, encrypt

NOON = datetime(2027, 3, 9, 11, tzinfo=timezone.utc)  # 12:00 in Paris, within sending hours


def number_of(index: int) -> str:
    """Return a mobile number (E.164) that only `index` has."""
    return f"+336{index:08d}"


def fill(database: Database, size: int) -> None:
    """Enrol `size` people, a year of discharges to come; written in bulk, as enrol would."""
    protocol, chance = read_protocol(), random.Random(size)
    with database.begin() as session:
        for start in range(0, size, 1000):
            persons: list[dict[str, Any]] = []
            enrolments: list[dict[str, Any]] = []
            deliveries: list[dict[str, Any]] = []
            for index in range(start, start + 1000):
                number = number_of(index)
                name, discharge = (
                    conversation_id(number),
                    NOON + timedelta(days=chance.uniform(2, 360)),
                )
                persons.append(
                    {"conversation_id": name, "number": encrypt(number), "last_message_at": NOON}
                )
                enrolments.append(
                    {
                        "id": index + 1,
                        "conversation_id": name,
                        "discharge_at": discharge,
                        "created_at": NOON,
                    }
                )
                windows = protocol.windows(None, discharge)
                deliveries += [
                    {
                        "enrolment_id": index + 1,
                        "step": step.id,
                        "kind": step.kind,
                        "reference": secrets.token_hex(16),
                        "state": State.PENDING,
                        "next_at": windows[step.id].due,
                        "expires_at": windows[step.id].expires,
                        "attempts": 0,
                    }
                    for step in protocol.steps
                    if step.id in windows
                ]
            for table, rows in ((Person, persons), (Enrolment, enrolments), (Delivery, deliveries)):
                session.execute(sa.insert(table), rows)
            session.execute(
                sa.insert(Consent),
                [
                    {
                        "conversation_id": row["conversation_id"],
                        "event": "given",
                        "recorded_by": "bench",
                        "at": NOON,
                    }
                    for row in persons
                ],
            )


def make_due(database: Database, count: int) -> None:
    """Let `count` deliveries of advice be due at NOON, of as many people."""
    chosen = sa.select(Delivery.id).where(
        Delivery.step == "day_of_return", Delivery.state == State.PENDING
    )
    due = {"next_at": NOON - timedelta(minutes=1), "expires_at": NOON + timedelta(hours=4)}
    with database.begin() as session:
        ids = list(session.execute(chosen.limit(count)).scalars())
        session.execute(
            sa.update(Delivery)
            .where(Delivery.id.in_(ids))
            .values(**due)
            .execution_options(synchronize_session=False)
        )
