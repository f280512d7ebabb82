"""Read the hospital's sheet and the policy file."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from cimento.settings.paths import ROOT

SHEET = Path("sheet/cimentoplastie.md")
POLICY = Path("sheet/policy.yml")
_KEEPS = timedelta(days=365)  # that a public page may go without being read again

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


def read_policy(root: Path = ROOT) -> dict[str, dict[str, Any]]:
    """Return {statement id: {text, keep?, sources}}; SourceError when missing or malformed.

    `keep`: expressions that stand in each wording that rests on the statement, as in facts.yml.
    `sources`: a list of {title, url, read, note?}; `read` is the date on which the page itself
    was read, None when it has not been.
    """
    text = read_text(root, POLICY)
    try:
        policy = yaml.safe_load(text)
        complete = all(
            entry["text"]
            and entry["sources"]
            and all(page["title"] and page["url"] and "read" in page for page in entry["sources"])
            for entry in policy.values()
        )
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise SourceError(
            f"{POLICY} is malformed: {error}. Each id needs text and sources."
        ) from error
    if not complete:
        raise SourceError(f"{POLICY}: each statement needs a text and public sources.")
    return policy


def stale_sources(policy: dict[str, dict[str, Any]], today: date) -> list[str]:
    """Return one line for each page of the policy that nobody has read for a year, or whose
    address is only that of its site."""
    found = []
    for name, statement in policy.items():
        for page in statement["sources"]:
            read: date | None = page["read"]
            if read is None:
                found.append(f"{POLICY}, {name}: never read: {page['title']} ({page['url']})")
            elif today - read > _KEEPS:
                found.append(f"{POLICY}, {name}: last read on {read}: {page['title']}")
            if not urlsplit(page["url"]).path.strip("/"):
                found.append(f"{POLICY}, {name}: a site's address, not a page's: {page['url']}")
    return found


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
