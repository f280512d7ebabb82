"""What Rasa does without at a start: it reads the same, and nothing that it needs is left out."""

import io
from pathlib import Path
from typing import Any

import pytest
import rasa.shared.utils.io
import yaml

from cimento.ops.lean import needs_tensorflow, read_yaml
from cimento.settings.paths import ROOT
from tests.servers import Assistant


@pytest.mark.parametrize(
    "configuration, needed",
    [
        ({"pipeline": [{"name": "DIETClassifier"}]}, True),
        ({"pipeline": None, "policies": [{"name": "TEDPolicy"}]}, True),
        ({"pipeline": [{"name": "SomethingNew"}]}, True),
        ({"pipeline": [{"name": "WhitespaceTokenizer"}, {"name": "our.Own"}]}, False),
    ],
)
def test_tensorflow_is_left_out_for_components_that_are_known_not_to_need_it(
    configuration: dict[str, Any], needed: bool
) -> None:
    assert needs_tensorflow(configuration) is needed


def test_this_project_does_without_tensorflow(assistant: Assistant) -> None:
    assert not needs_tensorflow(yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8")))
    (maps,) = [
        (file / "maps").read_text()
        for file in Path("/proc").glob("[0-9]*")
        if _is_server(file, assistant)
    ]
    assert "numpy" in maps
    assert "tensorflow" not in maps


def _is_server(process: Path, assistant: Assistant) -> bool:
    try:
        command = (process / "cmdline").read_bytes()
        return command.endswith(b"\0cimento\0serve\0") and (
            (process / "cwd").resolve() == assistant.log.parent.parent.resolve()
        )
    except OSError:  # it has just ended
        return False


def test_the_domain_of_a_model_is_read_as_rasa_reads_it() -> None:
    held = {
        "words": [
            "no",
            "oui",
            "on",
            "15:30",
            "12e",
            "1_000",
            "0x1f",
            "2026-11-30",
            "~",
            "null",
            "",
        ],
        "values": [None, True, False, 1, -2, 1.5, 1e9, 5.0, 0],
        "texts": ["Appelez le 15.\n\nOu le 112 : vite.", " espace", "«\u00a0fiche\u00a0»", "- non"],
    }
    written = io.StringIO()
    rasa.shared.utils.io.write_yaml(held, written)
    text = written.getvalue()
    assert read_yaml(text) == rasa.shared.utils.io.read_yaml(text) == held
    for file in ("domain.yml", "data/conversation/courtesy.yml"):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert read_yaml(text) == rasa.shared.utils.io.read_yaml(text), file
