"""A model is packed with what proves it, put in place once it has proved itself, and kept."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cimento.nlu.signs import SIGNS
from cimento.ops import train
from cimento.ops.model import artefact, canary, exam
from cimento.ops.model.artefact import ModelRefused
from cimento.ops.model.install import PREVIOUS, install, rollback
from cimento.ops.model.reading import NotAModel, Read

FIGURES = {"alarms": 100, "alarms_missed": 0}
EXPECTED = canary.expected()


def understands(text: str) -> set[str]:
    """Stands for a model that understands the canary set."""
    return {intent for intent, texts in EXPECTED.items() if text in texts}


def place(root: Path, content: bytes) -> None:
    """Put a model of the sources of `root` there, with its record."""
    for name in ("data", "cimento/nlu", "models"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("config.yml", "domain.yml", "requirements.txt"):
        (root / name).write_text("the same everywhere")
    (root / train.MODEL).write_bytes(content)
    record = {"sources": train.sources_digest(root), "model": train.digest([root / train.MODEL])}
    (root / train.RECORD).write_text(json.dumps(record))


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A model that was made elsewhere."""
    place(tmp_path / "factory", b"new")
    artefact.add_figures(FIGURES, tmp_path / "factory")
    artefact.pack(tmp_path / "model.tar", tmp_path / "factory")
    return tmp_path / "model.tar"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place(tmp_path / "root", b"old")
    return tmp_path / "root"


def in_place(root: Path) -> bytes:
    assert train.state(root) == "fresh"
    return (root / train.MODEL).read_bytes()


def load(_: Path) -> Read:
    return understands


def test_a_model_is_put_in_place_and_the_one_before_is_kept(packed: Path, root: Path) -> None:
    loaded = []

    def load_and_tell(model: Path) -> Read:
        loaded.append(model.read_bytes())
        assert in_place(root) == b"old"  # it is tried before it is put in place
        return understands

    install(packed, root, load_and_tell)
    assert loaded == [b"new"]
    assert in_place(root) == b"new"
    assert artefact.read_record(root / "models")["figures"] == FIGURES
    with pytest.raises(ModelRefused, match="in place already"):  # which would lose the one before
        install(packed, root, load)
    assert (root / train.MODEL).stat().st_mode & 0o777 == 0o644
    rollback(root)
    assert in_place(root) == b"old"
    rollback(root)
    assert in_place(root) == b"new"
    assert {path.name for path in (root / "models").iterdir()} == {
        *(train.MODEL.name, train.RECORD.name, PREVIOUS)
    }


def test_a_model_that_misses_an_alarm_changes_nothing(packed: Path, root: Path) -> None:
    def deaf(_: Path) -> Read:
        return lambda text: understands(text) - {"chills"}

    with pytest.raises(ModelRefused, match="« jai des frisson »: chills expected"):
        install(packed, root, deaf)
    assert in_place(root) == b"old"
    with pytest.raises(ModelRefused, match="no model before"):
        rollback(root)


def _not_a_model(_: Path) -> Read:
    raise NotAModel("KeyError")


@pytest.mark.parametrize(
    ("spoil", "load", "said"),
    [
        (lambda _, root: (root / "config.yml").write_text("x"), load, "other sources"),
        (lambda packed, _: packed.write_bytes(b"x"), load, "cannot be read as a model"),
        (lambda packed, _: packed.unlink(), load, "FileNotFoundError"),
        (lambda packed, _: _repack(packed, b"wex"), load, "damaged"),
        (lambda *_: None, _not_a_model, "Rasa cannot load it"),
    ],
)
def test_what_is_no_model_for_this_release_is_refused(
    packed: Path,
    root: Path,
    spoil: Callable[[Path, Path], object],
    load: Callable[[Path], Read],
    said: str,
) -> None:
    before = (root / train.MODEL).read_bytes()
    spoil(packed, root)
    with pytest.raises(ModelRefused, match=said):
        install(packed, root, load)
    assert (root / train.MODEL).read_bytes() == before


def _repack(packed: Path, content: bytes) -> None:
    """Put other bytes in the place of the model."""
    folder = packed.with_suffix("")
    folder.mkdir()
    artefact.unpack(packed, folder)
    (folder / train.MODEL.name).write_bytes(content)
    with tarfile.open(packed, "w") as archive:
        for file in folder.iterdir():
            archive.add(file, file.name)


def test_a_damaged_model_is_replaced_and_not_kept(packed: Path, root: Path) -> None:
    (root / train.MODEL).write_bytes(b"damaged")
    install(packed, root, load)
    assert in_place(root) == b"new"
    assert not (root / "models" / PREVIOUS).exists()


def test_the_model_of_another_release_is_not_gone_back_to(packed: Path, root: Path) -> None:
    install(packed, root, load)
    (root / "config.yml").write_text("of the next release")
    with pytest.raises(ModelRefused, match="other sources"):
        rollback(root)


def test_a_model_without_an_exam_is_not_packed(root: Path) -> None:
    with pytest.raises(ModelRefused, match="cimento model exam"):
        artefact.pack(root / "model.tar", root)
    artefact.add_figures(FIGURES, root)
    artefact.pack(root / "model.tar", root)
    with pytest.raises(ModelRefused, match="exists"):
        artefact.pack(root / "model.tar", root)


def test_the_exam_counts_what_is_missed(tmp_path: Path) -> None:
    file = tmp_path / "lines.yml"
    file.write_text(
        "nlu:\n- intent: fever\n  examples: |\n    - un\n    - deux\n    - trois\n"
        "- intent: negated_symptom\n  examples: |\n    - quatre\n    - cinq\n"
        "- intent: several_questions\n  examples: |\n    - six\n"
    )
    understood = {"un": "fever", "deux": "chills", "trois": "greet", "quatre": "fever"}
    figures = exam.examine(lambda text: {understood.get(text, "negated_symptom")}, file)
    assert figures == {
        **{"lines": 5, "lines_right": 2, "alarms": 3, "alarms_missed": 1},
        **{"denials": 2, "false_alarms": 1},
    }


def test_the_deployed_model_understands_the_canary_set(parse: Callable[[str], Any]) -> None:
    def read(text: str) -> set[str]:
        parsed = parse(text)
        return {parsed["intent"]["name"], *parsed.get("questions", ())}

    assert canary.failures(read) == []
    assert set(SIGNS) <= EXPECTED.keys()
