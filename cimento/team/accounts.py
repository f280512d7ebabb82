"""Accounts of this installation: made by a command, checked by argon2id, locked after failures."""

import re
import threading
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from cimento.followup import audit
from cimento.followup.enrolment import check_name
from cimento.store.database import Database
from cimento.team.models import TeamAccount, TeamSession
from cimento.team.roles import Role

# Characters. The CNIL asks for 50 bits of chance where an account is locked after failures
# (délibération 2022-100): twelve small letters have 56.
SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 200
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,49}")
MOST_FAILURES = 5  # in a row
LOCKED_FOR = timedelta(minutes=10)

_hasher = PasswordHasher()  # argon2id, by the library's defaults: RFC 9106's second choice
_checking = threading.Semaphore(2)  # passwords at once: each takes 64 MB and a core


class AccountRefused(ValueError):
    """An account cannot be made or used; the message says why."""


def add(database: Database, login: str, name: str, role: Role, password: str, at: datetime) -> None:
    """Make an account, or give the one there is another name, role and password: it is unlocked,
    and logged out everywhere. Raises AccountRefused, EnrolmentRefused when the name is none."""
    name = check_name(name)
    if not _LOGIN.fullmatch(login):
        raise AccountRefused("A login has 2 to 50 of a-z, 0-9, . _ -, and begins with a letter.")
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise AccountRefused(f"A password has {SHORTEST_PASSWORD} characters or more.")
    with database.begin() as session:
        same = sa.select(TeamAccount.login).where(
            TeamAccount.name == name, TeamAccount.login != login
        )
        if session.execute(same).first():
            raise AccountRefused(f"Somebody else is called {name} here: add what tells them apart.")
        account = session.get(TeamAccount, login) or TeamAccount(login=login)
        account.name, account.role, account.password = name, role.value, _hasher.hash(password)
        account.failures, account.locked_until = 0, None
        session.add(account)
        _log_out(session, login)
        audit.record(session, "command line", "account", login, at)


def remove(database: Database, login: str, at: datetime) -> bool:
    """Remove an account, logged out everywhere; return False when there is none."""
    with database.begin() as session:
        account = session.get(TeamAccount, login)
        if account is None:
            return False
        session.delete(account)
        _log_out(session, login)
        audit.record(session, "command line", "account removed", login, at)
        return True


def read(database: Database) -> list[TeamAccount]:
    """Return all accounts, by login."""
    with database.begin() as session:
        return list(session.execute(sa.select(TeamAccount).order_by(TeamAccount.login)).scalars())


def check(database: Database, login: str, password: str, at: datetime) -> TeamAccount | None:
    """Return the account that this password opens, None when it opens none.

    After MOST_FAILURES in a row the account is locked for LOCKED_FOR: even the right password opens
    nothing then. Who asks learns neither that nor whether there is such an account, not even by
    the time that it takes.
    """
    with database.begin() as session:
        known = session.get(TeamAccount, login)
        stored = known.password if known else _nobodys()
    right = _is_right(stored, password[: _LONGEST_PASSWORD + 1])
    with database.begin() as session:
        account = session.get(TeamAccount, login, with_for_update=True)
        if account is None or (account.locked_until and at < account.locked_until):
            return None
        if not right or account.password != stored:
            account.failures += 1
            if account.failures >= MOST_FAILURES:
                account.failures, account.locked_until = 0, at + LOCKED_FOR
                audit.record(session, "login", "locked", login, at)
            return None
        account.failures, account.locked_until = 0, None
        return account


def _is_right(stored: str, password: str) -> bool:
    try:
        with _checking:
            return _hasher.verify(stored, password)
    except VerifyMismatchError:
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash("nobody's")


def _log_out(session: Session, login: str) -> None:
    session.execute(
        sa.delete(TeamSession).where(TeamSession.login == login),
        execution_options={"synchronize_session": False},
    )
