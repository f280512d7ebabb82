"""Who has approved which answer: sheet/approvals.yml, and the table of docs/content.md.

An approval is of a version: of every wording of an answer, on every channel. Whoever changes one
has to ask again.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from cimento.answers import sheet
from cimento.answers.catalogue import WEB, Wording
from cimento.answers.sheet import SourceError, read_text
from cimento.settings.paths import ROOT

APPROVALS = Path("sheet/approvals.yml")
_LENGTH = 8  # hexadecimal digits of a version: a change is seen, an answer is not guessed


@dataclass(frozen=True)
class Approval:
    """That somebody of the department has read an answer. `by`: their function, not their name."""

    version: str
    by: str
    on: date


def read_approvals(root: Path = ROOT) -> dict[str, Approval]:
    """Return {answer: its approval}; SourceError when the file is missing or malformed."""
    text = read_text(root, APPROVALS)
    try:
        entries = yaml.safe_load(text) or {}
        approvals = {
            name: Approval(str(entry["version"]), str(entry["by"]), entry["on"])
            for name, entry in entries.items()
        }
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise SourceError(
            f"{APPROVALS} is malformed: {error!r}. Each answer needs version, by, on."
        ) from error
    for name, approval in approvals.items():
        if not isinstance(approval.on, date):
            raise SourceError(f"{APPROVALS}, {name}: `on` is a day, like 2026-12-31.")
    return approvals


def by_answer(wordings: Iterable[Wording]) -> dict[str, list[Wording]]:
    """Return {answer: its wordings, easy ones among them}, in the order of the files; those to
    follow-up questions come last."""
    answers: dict[str, list[Wording]] = {}
    for wording in sorted(wordings, key=lambda one: (one.facet is not None, one.is_easy)):
        answers.setdefault(wording.standard, []).append(wording)
    return answers


def version(wordings: Iterable[Wording]) -> str:
    """Return the version of an answer: it changes with any word of any of its wordings."""
    said = [(w.response, w.channel, w.condition, w.text, w.choices) for w in wordings]
    return hashlib.sha256(repr(sorted(said)).encode()).hexdigest()[:_LENGTH]


def state(name: str, wordings: Sequence[Wording], approvals: Mapping[str, Approval]) -> str:
    """Return who approved an answer and when, in French; "" when nobody has, as it is now."""
    approval = approvals.get(name)
    if approval is None or approval.version != version(wordings):
        return ""
    return f"{approval.by}, le {approval.on:%d/%m/%Y}"


def unapproved(wordings: Iterable[Wording], approvals: Mapping[str, Approval]) -> list[str]:
    """Return one line for each answer that nobody has approved as it is, or that is no more."""
    answers = by_answer(wordings)
    found = []
    for name, said in answers.items():
        if name not in approvals:
            found.append(f"{name}: not approved yet")
        elif not state(name, said, approvals):
            old = approvals[name]
            found.append(f"{name}: changed since {old.by} approved it on {old.on}")
    unknown = [name for name in approvals if name not in answers]
    return found + [f"{APPROVALS}: there is no answer {name!r}" for name in unknown]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def tables(wordings: Sequence[Wording], approvals: Mapping[str, Approval], root: Path) -> str:
    """Return, in Markdown: each sentence of the sheet with the answers that carry it, then each
    answer with its wordings, its version and its approval.

    `wordings` with their sources (see grounding.with_inherited_sources).
    """
    lines = ["## De la fiche aux réponses", "", "| Phrase de la fiche | Réponses |", "|---|---|"]
    for section in sheet.read_sections(root).values():
        for sentence in sheet.sentences(section):
            carried = {
                wording.standard
                for wording in wordings
                if any(sentence in quote or quote in sentence for quote in wording.quotes)
            }
            names = ", ".join(f"`{name}`" for name in sorted(carried)) or "aucune"
            lines.append(f"| {_cell(sentence)} | {names} |")
    lines += ["", "## Les réponses", ""]
    lines += ["| Réponse | Texte (web, ou SMS du suivi) | Version | Approuvée par |"]
    lines += ["|---|---|---|---|"]
    for name, said in by_answer(wordings).items():
        shown = next((wording for wording in said if wording.channel == WEB), said[0])
        approved = state(name, said, approvals) or "—"
        lines.append(f"| `{name}` | {_cell(shown.text)} | `{version(said)}` | {approved} |")
    return "\n".join(lines)
