"""Training lines are read quickly, and as Rasa itself reads them."""

from copy import deepcopy
from pathlib import Path

import pytest
from rasa.shared.exceptions import YamlException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message

from cimento.nlu.importer import TrainingLine, TrainingLines

PLAIN = """version: "3.1"
nlu:
  - intent: fever
    metadata: {author: "07"}
    examples: |
      - j'ai 39
      -   de la fièvre   
      - j'ai 39
  - intent: several_questions
    examples:
      - metadata: {topics: [driving, sport]}
        text: |
          conduire et le sport ?
"""
ANNOTATED = PLAIN.replace("de la fièvre", "de la [fièvre](sign)")
UNKNOWN = PLAIN + "  - regex: number\n    examples: |\n      - \\d+\n"


def read(importer: type[RasaFileImporter], path: Path) -> list[dict[str, object]]:
    return [
        line.as_dict()
        for line in importer(training_data_paths=str(path)).get_nlu_data().training_examples
    ]


@pytest.mark.parametrize("text", [PLAIN, ANNOTATED, UNKNOWN], ids=["plain", "entity", "regex"])
def test_lines_are_those_that_rasa_reads(tmp_path: Path, text: str) -> None:
    file = tmp_path / "nlu.yml"
    file.write_text(text, encoding="utf-8")
    found = read(TrainingLines, file)
    assert found == read(RasaFileImporter, file)
    assert len(found) == 3


@pytest.mark.parametrize(
    "wrong",
    [PLAIN.replace("examples:\n", "exemples:\n"), PLAIN.replace("nlu:", "nlu: [")],
    ids=["key", "yaml"],
)
def test_a_wrong_file_is_told_by_rasa(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "nlu.yml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(YamlException, match=str(file)):
        TrainingLines(training_data_paths=str(file)).get_nlu_data()


def test_a_line_is_not_copied_and_its_fingerprint_tells_what_was_added() -> None:
    line = TrainingLine.build("j'ai 39", "fever")
    assert deepcopy(line) is line
    before = line.fingerprint()
    assert before == TrainingLine.build("j'ai 39", "fever").fingerprint()
    assert before != TrainingLine.build("j'ai 37", "fever").fingerprint()
    line.set("tokens", ["j'", "ai", "39"])
    assert line.fingerprint() != before
    assert line.fingerprint() == Message(line.data).fingerprint()


def test_the_project_is_read_by_it(training_lines: list[Message]) -> None:
    assert len(training_lines) > 30_000
    assert all(isinstance(line, TrainingLine) for line in training_lines)
