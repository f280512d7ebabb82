"""The queue runs what this installation has put there, and nothing else."""

import pickle
from pathlib import Path

import pytest
from huey import Huey

from cimento.followup.worker import open_queue


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._file,)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")


def queue(folder: Path) -> Huey:
    return open_queue(f"sqlite:///{folder}/queue.db")


def test_what_somebody_else_put_in_the_queue_does_not_run(tmp_path: Path) -> None:
    ours, trapped = queue(tmp_path), tmp_path / "trapped"
    for content in (pickle.dumps(Trap(trapped)), pickle.dumps(Trap(trapped)) + b":" + b"0" * 40):
        ours.storage.enqueue(content)
        with pytest.raises(ValueError, match=r"Separator|mismatch"):
            ours.dequeue()
    assert not trapped.exists()


def test_what_another_installation_signed_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", "another secret for tests, as long as the first")
    other = queue(tmp_path)
    other.storage.enqueue(other.serializer.serialize("a tick"))
    monkeypatch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")
    with pytest.raises(ValueError, match="mismatch"):
        queue(tmp_path).dequeue()


def test_what_we_put_there_is_read_by_all_our_machines(tmp_path: Path) -> None:
    serializer = queue(tmp_path).serializer
    assert queue(tmp_path).serializer.deserialize(serializer.serialize("a tick")) == "a tick"
