"""Who enrolled, read, acknowledged, exported, erased, and when: written down, and provable.

Each entry carries a keyed digest of itself and of the one before it: changed, taken out or put in
between, it is found. Of entries cut off at the end only the last digest tells, noted elsewhere.
Nothing here is a number or a patient's word.
"""

import hashlib
import hmac
import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cimento.followup.models import Audit
from cimento.store.database import Database
from cimento.store.secret import derive

_LOCK = 7204  # any number of ours: entries are written one after the other


class AuditBroken(Exception):
    """The trail is not what was written; the message says from where on."""


def _digest(key: bytes, before: str, entry: Audit) -> str:
    content = json.dumps([before, entry.at.isoformat(), entry.actor, entry.action, entry.about])
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


def record(session: Session, actor: str, action: str, about: str, at: datetime) -> None:
    """Write an entry in the caller's transaction. `about`: a conversation's id, or "alert 7"."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    last = sa.select(Audit.digest).order_by(Audit.id.desc()).limit(1)
    entry = Audit(at=at, actor=actor, action=action, about=about)
    entry.digest = _digest(derive("audit"), session.execute(last).scalar() or "", entry)
    session.add(entry)


def note(database: Database, actor: str, action: str, about: str, at: datetime) -> None:
    """Write an entry in a transaction of its own."""
    with database.begin() as session:
        record(session, actor, action, about, at)


def about_follow_up(session: Session, id_: int) -> list[Audit]:
    """Return what was done to a follow-up, oldest first."""
    of = sa.or_(Audit.about == f"follow-up {id_}", Audit.about.like(f"follow-up {id_}: %"))
    return list(session.execute(sa.select(Audit).where(of).order_by(Audit.id)).scalars())


def read(database: Database) -> list[Audit]:
    """Return all entries, oldest first."""
    with database.begin() as session:
        return list(session.execute(sa.select(Audit).order_by(Audit.id)).scalars())


def last(database: Database, count: int) -> list[Audit]:
    """Return the last `count` entries, the last first."""
    with database.begin() as session:
        query = sa.select(Audit).order_by(Audit.id.desc()).limit(count)
        return list(session.execute(query).scalars())


def verify(database: Database) -> tuple[int, str]:
    """Return how many entries there are and the last digest. Raises AuditBroken."""
    key, before, entries = derive("audit"), "", read(database)
    for entry in entries:
        if not hmac.compare_digest(entry.digest, _digest(key, before, entry)):
            raise AuditBroken(
                f"The trail is broken at entry {entry.id}: it, or one before it, was changed or "
                "taken out (or CIMENTO_SECRET is another one)."
            )
        before = entry.digest
    return len(entries), before
