"""From the first release's tables to today's and back, with rows, on both databases."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from cimento.sms.tables import INBOUND
from cimento.store.database import DatabaseError, connect, downgrade, open_database, upgrade
from tests.store.databases import (
    FOLLOW_UP,
    SMS,
    differences,
    downgrade_to_first,
    make_first_release,
    rows,
    schema,
)

EVERYTHING = ("followup", "sms")
A, B = "sms-7db3c0ee03ea8bf600f21ce22003adf2", "sms-4e38466424bbabbf954f9521a0ff5bbf"
# What first_release/sms_rows.sql becomes, its texts aside: moments in UTC…
UPGRADED = {
    "sms_inbound": [
        (
            "console",
            "m1",
            A,
            "2026-03-10 10:00:00.250000",
            "2026-03-10 10:00:01.500000",
            None,
            None,
        ),
        ("console", "m2", A, "2026-03-10 10:00:03.000000", None, None, None),
        ("kannel", "7", B, "1970-01-12 13:46:40.000000", None, None, None),
        ("twilio", "m1", B, "2026-03-10 10:00:01.123457", "2026-03-10 10:00:01.999999", None, None),
    ],
    "sms_outbound": [
        ("e1-day_1", "begun", None, "2026-03-10 10:00:00.000001"),
        ("e1-day_7", "refused", None, "2026-03-10 10:00:00.000000"),
        ("reply-m1-0", "delivered", "1", "2026-03-10 10:00:01.250000"),
    ],
    "sms_phone": [
        (1, A, "reply-m1-0", "2026-03-10 10:00:01.250000"),
        (2, B, "e2-day_0", "2026-03-10 09:59:59.875000"),
    ],
}
# … and seconds again, to the microsecond.
DOWNGRADED = {
    "sms_inbound": [
        ("console", "m1", A, 1773136800.25, 1773136801.5),
        ("console", "m2", A, 1773136803.0, None),
        ("kannel", "7", B, 1000000.0, None),
        ("twilio", "m1", B, 1773136801.123457, 1773136801.999999),
    ],
    "sms_outbound": [
        ("e1-day_1", "begun", None, 1773136800.000001),
        ("e1-day_7", "refused", None, 1773136800.0),
        ("reply-m1-0", "delivered", "1", 1773136801.25),
    ],
    "sms_phone": [
        (1, A, "reply-m1-0", 1773136801.25),
        (2, B, "e2-day_0", 1773136799.875),
    ],
}


def sms_rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the SMS tables without the encrypted texts."""
    found = rows(url, *SMS)
    found["sms_phone"] = [(*row[:3], row[4]) for row in found["sms_phone"]]
    return found


def without_new_columns(
    url: str, first: dict[str, list[tuple[Any, ...]]]
) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the follow-ups without the columns, all empty, that `first` had not."""
    found = rows(url, *FOLLOW_UP[1:])
    for table, kept in first.items():
        width = len(kept[0])
        assert not any(value for row in found[table] for value in row[width:]), table
        found[table] = sorted((row[:width] for row in found[table]), key=repr)
    return found


@pytest.mark.parametrize("parts", [(), ("followup",), EVERYTHING], ids="+".join)
def test_the_migrations_make_the_tables_of_the_models(
    new_url: Callable[[], str], parts: tuple[str, ...]
) -> None:
    url, new = new_url(), new_url()
    make_first_release(url, *parts)
    upgrade(connect(url))
    assert differences(url) == []
    upgrade(connect(new))
    assert schema(url) == schema(new)


def test_a_missing_migration_is_seen(url: str) -> None:
    make_first_release(url, *EVERYTHING)
    found = str(differences(url))
    assert all(f"'{table}'" in found for table in SMS)


def test_every_row_of_the_first_release_is_there_after(url: str) -> None:
    make_first_release(url, *EVERYTHING)
    first, texts = (
        rows(url, *FOLLOW_UP[1:]),
        [row[3] for row in rows(url, "sms_phone")["sms_phone"]],
    )
    assert all(first.values())
    upgrade(connect(url))
    assert without_new_columns(url, first) == first
    assert sms_rows(url) == UPGRADED
    downgrade_to_first(connect(url))
    assert rows(url, *FOLLOW_UP[1:]) == first
    assert sms_rows(url) == DOWNGRADED
    upgrade(connect(url))
    assert without_new_columns(url, first) == first
    assert sms_rows(url) == UPGRADED
    assert [row[3] for row in rows(url, "sms_phone")["sms_phone"]] == texts


def test_any_time_is_kept_to_the_microsecond(url: str) -> None:
    chance, begun = random.Random(7), datetime(1970, 1, 1, tzinfo=timezone.utc)
    century = 100 * 365 * 86400 * 10**6
    moments = [begun + timedelta(microseconds=chance.randrange(century)) for _ in range(2000)]
    make_first_release(url, *EVERYTHING)
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM sms_inbound"))
        connection.execute(
            sa.text("INSERT INTO sms_inbound VALUES ('console', :id, 'sms-a', :at, :at)"),
            [{"id": str(n), "at": moment.timestamp()} for n, moment in enumerate(moments)],
        )
    upgrade(engine)
    with engine.connect() as connection:
        kept = {row.id: row for row in connection.execute(sa.select(INBOUND))}
    assert [kept[str(n)].begun_at for n in range(2000)] == moments
    assert [kept[str(n)].done_at for n in range(2000)] == moments
    downgrade_to_first(engine)
    seconds = {row[1]: row[3:] for row in rows(url, "sms_inbound")["sms_inbound"]}
    assert [seconds[str(n)] for n in range(2000)] == [
        (m.timestamp(), m.timestamp()) for m in moments
    ]


@pytest.mark.parametrize("parts", [("followup",), EVERYTHING], ids="+".join)
def test_one_step_back_are_the_tables_that_the_first_release_makes(
    new_url: Callable[[], str], parts: tuple[str, ...]
) -> None:
    url, first = new_url(), new_url()
    make_first_release(url, *parts)
    make_first_release(first, *EVERYTHING)
    upgrade(connect(url))
    downgrade_to_first(connect(url))
    assert schema(url) == schema(first)
    assert rows(url, "alembic_version") == {"alembic_version": [("0001",)]}


def test_an_id_is_not_given_again(url: str) -> None:
    """The simulated phone asks for what came after the last id that it knows."""
    make_first_release(url, *EVERYTHING)
    insert = sa.text(
        "INSERT INTO sms_phone (conversation, reference, text, at) SELECT 'sms-a', 'r', 't', at FROM sms_outbound"
    )
    for change in (upgrade, downgrade_to_first):
        change(connect(url))
        with connect(url).begin() as connection:
            connection.execute(insert)
    assert [row[0] for row in sorted(rows(url, "sms_phone")["sms_phone"])] == list(range(1, 9))


def test_an_upgrade_cut_short_changes_nothing(url: str) -> None:
    class Cut(Exception):
        pass

    make_first_release(url, *EVERYTHING)
    before = rows(url, *FOLLOW_UP, *SMS), schema(url)
    for statements in count():
        engine, left = connect(url), iter(range(statements))

        def cut(*_: object, left: Any = left) -> None:
            if next(left, None) is None:
                raise Cut

        sa.event.listen(engine, "before_cursor_execute", cut)
        try:
            upgrade(engine)
            break
        except Cut:
            engine.dispose()
            assert (rows(url, *FOLLOW_UP, *SMS), schema(url)) == before
    assert statements > len(SMS)
    assert sms_rows(url) == UPGRADED


def test_processes_that_start_together_upgrade_once(url: str) -> None:
    make_first_release(url, *EVERYTHING)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: upgrade(connect(url)), range(8)))
        list(pool.map(lambda _: open_database(url), range(8)))
    assert sms_rows(url) == UPGRADED


def test_the_first_tables_are_not_taken_back(url: str) -> None:
    make_first_release(url, *EVERYTHING)
    before = rows(url, *FOLLOW_UP, *SMS)
    with pytest.raises(DatabaseError, match="STOP"):
        downgrade(connect(url))
    assert rows(url, *FOLLOW_UP, *SMS) == before


def test_of_an_empty_database_nothing_is_taken_back(url: str) -> None:
    with pytest.raises(DatabaseError, match="no tables"):
        downgrade(connect(url))


def test_who_opens_a_database_of_the_first_release(url: str) -> None:
    """SQLite is upgraded by itself; PostgreSQL by its administrator, who is told how."""
    make_first_release(url, *EVERYTHING)
    if url.startswith("sqlite"):
        open_database(url)
        assert sms_rows(url) == UPGRADED
        return
    before = rows(url, *FOLLOW_UP, *SMS)
    with pytest.raises(DatabaseError, match="cimento followup upgrade$"):
        open_database(url)
    assert rows(url, *FOLLOW_UP, *SMS) == before


def test_a_database_of_a_newer_release_is_not_touched(url: str) -> None:
    upgrade(engine := connect(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer release"):
        open_database(url)
