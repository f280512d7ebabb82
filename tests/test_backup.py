"""All that is kept is copied while it is used, put back into an empty place, and compared."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from cimento.__main__ import main
from cimento.ops.backup.prints import BackupError
from cimento.ops.backup.restore import drill, restore
from cimento.ops.backup.take import MANIFEST, take
from cimento.store.database import Database, connect, open_database, upgrade
from cimento.store.spool import SpoolFolder
from cimento.store.vault import conversation_id, encrypt
from tests.debian import require
from tests.followup import services

NUMBER, SECRET = "+33612345678", "a secret for tests, forty characters long"
Output = pytest.CaptureFixture[str]
Settle = Callable[..., Database]


def hold_a_number(database: Database) -> None:
    with database.engine.begin() as connection:
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        row = {"id": conversation_id(NUMBER), "number": encrypt(NUMBER), "now": now}
        columns = "(conversation_id, number, last_message_at)"
        insert = f"INSERT INTO person {columns} VALUES (:id, :number, :now)"
        connection.execute(sa.text(insert), row)


@pytest.fixture
def settle(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Settle:
    """Return what makes a folder, or a PostgreSQL, the place of the settings."""

    def use(name: str, url: str = "") -> None:
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("CIMENTO_SECRET", SECRET)
        monkeypatch.setenv("CIMENTO_DATABASE_URL", url or f"sqlite:///{folder}/followup.db")
        conversations = f"sqlite:///{folder}/conversations.db"
        monkeypatch.setenv("CIMENTO_CONVERSATIONS_URL", url or conversations)
        monkeypatch.setenv("CIMENTO_QUEUE_URL", f"sqlite:///{folder}/queue.db")
        monkeypatch.setenv("CIMENTO_SPOOL", str(folder / "spool"))

    def settle(name: str, url: str = "", empty: bool = False) -> Database | None:
        use(name, url)
        if empty:
            return None
        if url:
            upgrade(connect(url))
        else:
            shutil.copy(empty_database, tmp_path / name / "followup.db")
        database = open_database(url or f"sqlite:///{tmp_path}/{name}/followup.db")
        hold_a_number(database)
        SpoolFolder().write("an alert", ".alert", encrypt("what was said"))
        return database

    return settle  # type: ignore[return-value]


def test_a_copy_made_while_it_is_used_is_put_back_equal(
    settle: Settle, tmp_path: Path, capsys: Output
) -> None:
    writer = settle("old").engine.connect()  # its write-ahead log stays: `cp` would miss it
    assert (tmp_path / "old" / "followup.db-wal").stat().st_size > 0
    assert main(["backup", str(tmp_path / "copy")]) == 0
    writer.close()
    assert "The secret is not in it" in capsys.readouterr().out
    settle("new", empty=True)
    assert main(["restore", str(tmp_path / "copy")]) == 0
    out = capsys.readouterr().out
    assert "rows and digests of every table are equal" in out
    assert "A number was decrypted." in out
    assert conversation_id(NUMBER) not in out
    database = open_database(f"sqlite:///{tmp_path}/new/followup.db")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM person").scalar() == 1
    (spooled,) = (tmp_path / "new" / "spool").iterdir()
    assert spooled.read_text() == (tmp_path / "old" / "spool" / spooled.name).read_text()
    assert main(["restore", str(tmp_path / "copy")]) == 1  # nothing is overwritten
    assert "is not empty" in capsys.readouterr().err
    assert main(["backup", str(tmp_path / "copy")]) == 1
    assert "exists already" in capsys.readouterr().err


def test_a_drill_proves_a_copy_and_leaves_nothing(
    settle: Settle, tmp_path: Path, capsys: Output
) -> None:
    settle("old").engine.dispose()
    before = sorted(path.name for path in tmp_path.rglob("*"))
    assert main(["drill"]) == 0
    assert "A number was decrypted." in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_copy_holds_neither_the_secret_nor_a_number(settle: Settle, tmp_path: Path) -> None:
    settle("old")
    take(tmp_path / "copy")
    for file in (path for path in (tmp_path / "copy").rglob("*") if path.is_file()):
        content = file.read_bytes()
        assert SECRET.encode() not in content and NUMBER[3:].encode() not in content, file


def test_what_is_damaged_or_of_another_secret_is_refused(
    settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle("old")
    copy = tmp_path / "copy"
    take(copy)
    settle("new", empty=True)
    monkeypatch.setenv("CIMENTO_SECRET", "another " * 8)
    with pytest.raises(BackupError, match="with another secret"):
        restore(copy)
    with pytest.raises(BackupError, match="not the one that the copy was made with"):
        restore(copy, "another " * 8)
    monkeypatch.setenv("CIMENTO_SECRET", SECRET)
    with (copy / "followup").open("ab") as file:
        file.write(b"x")
    with pytest.raises(BackupError, match="missing or damaged"):
        restore(copy)
    (copy / MANIFEST).unlink()
    with pytest.raises(BackupError, match="is no copy"):
        drill(copy)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_lost_row_is_seen(settle: Settle, tmp_path: Path) -> None:
    settle("old")
    copy = tmp_path / "copy"
    take(copy)
    manifest = copy / MANIFEST
    text = manifest.read_text()
    assert '"person": [\n     1,' in text
    manifest.write_text(text.replace('"person": [\n     1,', '"person": [\n     2,'))
    with pytest.raises(BackupError, match="person: 2 rows copied, 1 found"):
        drill(copy)


def test_the_secret_goes_in_encrypted_to_somebody(
    settle: Settle, tmp_path: Path, programs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("gnupg", "gpg")
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    settle("old")
    with pytest.raises(BackupError, match="is its public key here"):
        take(tmp_path / "copy", "chief@example.org")
    assert not (tmp_path / "copy").exists()
    make = ["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "chief@example.org"]
    try:
        subprocess.run(make, check=True, capture_output=True)
        take(tmp_path / "copy", "chief@example.org")
        read = ["gpg", "--batch", "--decrypt", str(tmp_path / "copy" / "secret.gpg")]
        assert subprocess.run(read, check=True, capture_output=True).stdout.decode() == SECRET
    finally:
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True)


def test_postgresql_is_copied_put_back_and_drilled(
    settle: Settle, tmp_path: Path, postgres_server: services.Postgres, capsys: Output
) -> None:
    settle("old", postgres_server.new_database()).engine.dispose()
    assert main(["backup", str(tmp_path / "copy")]) == 0
    assert main(["drill", str(tmp_path / "copy")]) == 0
    settle("new", postgres_server.new_database(), empty=True)
    assert main(["restore", str(tmp_path / "copy")]) == 0
    out = capsys.readouterr().out
    assert out.count("A number was decrypted.") == 2
    assert main(["restore", str(tmp_path / "copy")]) == 1
    assert "is not empty" in capsys.readouterr().err
