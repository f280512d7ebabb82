"""Enrol the lines of a CSV file."""

import csv
import io
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import NamedTuple

from cimento.followup.enrolment import EnrolmentRefused, Request, enrol
from cimento.followup.protocol import Protocol
from cimento.store.database import Database

COLUMNS = tuple(column.name for column in fields(Request))
# The columns as the care team calls them.
FRENCH = {
    "number": "numéro",
    "discharge": "sortie",
    "consent_by": "accord recueilli par",
    "consent_at": "accord du",
    "act": "acte",
    "ward_reference": "référence",
}
_ENGLISH = {french: name for name, french in FRENCH.items()}
_MAY_BE_LEFT_OUT = {"act", "ward_reference"}


def _rows(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    """Yield the names of the columns, as keys, then each row. Raises EnrolmentRefused, with the
    line, where it cannot be read on: a quote that is never closed, mostly."""
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = [_ENGLISH.get(name, name) for name in names]
        yield dict.fromkeys(reader.fieldnames, "")
        yield from reader
    except csv.Error:
        raise EnrolmentRefused(
            f"Le fichier n'est plus lisible à partir de la ligne {reader.line_num + 1} : "
            "une case est trop longue, ou un guillemet n'est pas fermé. Les lignes d'avant sont "
            "traitées."
        ) from None


class Reported(NamedTuple):
    """What became of one row. `line`: its last line in the file, from 1; `outcome`: in French;
    `row`: its cells by column."""

    line: int
    outcome: str
    accepted: bool
    row: dict[str, str]


def import_csv(
    database: Database, protocol: Protocol, content: bytes, now: datetime
) -> Iterator[Reported]:
    """Enrol each line of a CSV file; yield what became of it.

    The first line names the columns (COLUMNS or FRENCH; some may be left out); `;` or `,` between
    them; UTF-8, or what Excel writes on a French Windows. Raises EnrolmentRefused when a
    column is missing.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise EnrolmentRefused(
            "Le fichier contient des caractères nuls : enregistrez-le en CSV (UTF-8)."
        )
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    rows = _rows(reader)
    missing = set(COLUMNS) - _MAY_BE_LEFT_OUT - set(next(rows))
    if missing:
        raise EnrolmentRefused(f"Colonnes manquantes : {', '.join(sorted(missing))}.")
    for row in rows:
        cells = {name: row.get(name) or "" for name in COLUMNS}
        request = Request(**cells)
        try:
            enrolled = enrol(database, protocol, request, now)
        except EnrolmentRefused as error:
            yield Reported(reader.line_num, f"refusé : {error}", False, cells)
        else:
            done = "mis à jour" if enrolled.merged else "inscrit"
            yield Reported(reader.line_num, done, True, cells)
