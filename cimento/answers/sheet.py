"""Read the hospital's sheet and the policy file."""

import re
from pathlib import Path

import yaml

from cimento.settings.paths import ROOT

SHEET = Path("sheet/cimentoplastie.md")
POLICY = Path("sheet/policy.yml")

_ANCHOR = re.compile(r'^<a id="([\w-]+)"></a>$', re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?…»])\s+(?=[A-ZÀÉ«(0-9])|\n+")


class SourceError(Exception):
    """A source of answers is missing or broken; the message says what to do."""


def read_text(root: Path, relative: Path) -> str:
    """Return the text of a source file under `root`; SourceError when it is missing."""
    try:
        return (root / relative).read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(
            f"{relative} cannot be read ({error.strerror}). "
            f"Restore it: git checkout -- {relative}"
        ) from error


def read_policy(root: Path = ROOT) -> dict[str, dict[str, str]]:
    """Return {statement id: {text, source}}; SourceError when missing or malformed."""
    text = read_text(root, POLICY)
    try:
        policy = yaml.safe_load(text)
        complete = all(entry["text"] and entry["source"] for entry in policy.values())
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise SourceError(
            f"{POLICY} is malformed: {error}. Each id needs text and source."
        ) from error
    if not complete:
        raise SourceError(f"{POLICY}: each statement needs a text and a public source.")
    return policy


def read_sections(root: Path = ROOT) -> dict[str, str]:
    """Return {anchor: text of the section}, in the order of the sheet."""
    pieces = _ANCHOR.split(read_text(root, SHEET))
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def sentences(section_text: str) -> list[str]:
    """Return the sentences of a section, without its headings and list marks."""
    lines = [line for line in section_text.splitlines() if not line.startswith("#")]
    text = "\n".join(line.removeprefix("- ") for line in lines)
    found = (piece.strip() for piece in _SENTENCE_END.split(text))
    return [piece for piece in found if re.search(r"\w", piece)]
