"""PostgreSQL's advisory locks, waited for without holding up the process or asking again.

What nobody holds is taken on one connection that all share; only who must wait gets a connection
and a thread of their own, so that PostgreSQL wakes them, in the order in which they came. A
connection that breaks lets go of what it held: so does a process that is killed.
"""

import asyncio
import math
import os
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, cast

import psycopg2
from sqlalchemy.engine import make_url

_ANSWER = 2.0  # seconds that PostgreSQL has to answer who need not wait
_AGAIN = 5.0  # seconds that a PostgreSQL that failed is not asked
_WAITING = 8  # messages of one process that wait for other processes at a time


class LockingFailed(Exception):
    """A lock was not got; its words hold neither a name nor an address."""


class _Session:
    """A connection, used by one thread at a time."""

    def __init__(self, dsn: str, patience: float) -> None:
        options = f"-c lock_timeout={round(1000 * patience)}"
        wait = math.ceil(_ANSWER)
        self._connection = psycopg2.connect(dsn, connect_timeout=wait, options=options)
        self._connection.autocommit = True

    def ask(self, function: str, key: int) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", (key,))
            return cursor.fetchone()[0]

    def abandon(self) -> None:
        """Wake up the thread that waits for an answer, if one does; the locks go."""
        with (
            suppress(OSError, psycopg2.Error),
            socket.socket(fileno=os.dup(self._connection.fileno())) as copy,
        ):
            copy.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(psycopg2.Error):
            self._connection.close()


class Held:
    """A lock that was got, until it is released: on a session of its own, or on the shared one,
    which one thread alone uses."""

    def __init__(self, session: _Session, key: int, thread: ThreadPoolExecutor, own: bool) -> None:
        self._session, self._key, self._thread, self._own = session, key, thread, own

    def release(self) -> None:
        """Let the next one in, soon: whoever is answered does not wait for it."""
        self._thread.submit(self._session.close if self._own else self._unlock)

    def _unlock(self) -> None:
        try:
            self._session.ask("pg_advisory_unlock", self._key)
        except psycopg2.Error:
            self._session.close()  # and what it held goes


class AdvisoryLocks:
    """The locks of the PostgreSQL at `url`, by number; each is waited for `patience` seconds."""

    def __init__(self, url: str, patience: float) -> None:
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(False)
        self._patience = patience
        self._shared: _Session | None = None
        self._not_before = 0.0  # by time.monotonic, in seconds
        self._sharing = ThreadPoolExecutor(1, "locks")
        self._waiting = ThreadPoolExecutor(_WAITING, "waits for a lock")

    async def acquire(self, key: int) -> Held:
        """Return the lock `key` once nobody has it. Raises LockingFailed."""
        if time.monotonic() < self._not_before:
            raise LockingFailed("the database did not answer a moment ago")
        try:
            held = await _result(self._sharing.submit(self._try, key), _ANSWER)
            if held:
                return held
            waited = self._waiting.submit(self._wait, key)
            return cast(Held, await _result(waited, self._patience + _ANSWER))
        except psycopg2.errors.LockNotAvailable:
            raise LockingFailed("the turn before takes too long") from None
        except (psycopg2.Error, asyncio.TimeoutError) as error:
            self._not_before = time.monotonic() + _AGAIN
            if self._shared:
                self._shared.abandon()
            raise LockingFailed(type(error).__name__) from None

    def _try(self, key: int) -> Held | None:
        """Return the lock if nobody has it, nor waits for it."""
        if self._shared:
            try:
                return self._got(self._shared, key)
            except psycopg2.Error:  # it was restarted since
                self._shared.close()
        self._shared = None
        self._shared = _Session(self._dsn, self._patience)
        return self._got(self._shared, key)

    def _got(self, session: _Session, key: int) -> Held | None:
        got = session.ask("pg_try_advisory_lock", key)
        return Held(session, key, self._sharing, own=False) if got else None

    def _wait(self, key: int) -> Held:
        session = _Session(self._dsn, self._patience)
        try:
            session.ask("pg_advisory_lock", key)
        except psycopg2.Error:
            session.close()
            raise
        return Held(session, key, self._sharing, own=True)


async def _result(work: "Future[Any]", seconds: float) -> Held | None:
    """Return what a thread gets; a lock that comes when nobody waits any more is let go."""
    try:
        found: Held | None = await asyncio.wait_for(asyncio.wrap_future(work), seconds)
    except BaseException:
        work.add_done_callback(_let_go)
        raise
    return found


def _let_go(work: "Future[Any]") -> None:
    if not work.cancelled() and not work.exception() and (held := work.result()):
        held.release()
