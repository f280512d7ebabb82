"""What is said, for those who must read it: docs/content.md, and a booklet to print."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from cimento.answers.approvals import by_answer, read_approvals, state, tables, version
from cimento.answers.catalogue import FACETS, Catalogue, Wording, load_catalogue
from cimento.answers.grounding import with_inherited_sources
from cimento.channels.sms import texts
from cimento.followup.protocol import read_protocol
from cimento.settings.paths import ROOT

BOOKLET = Path("var/booklet.pdf")
_SECONDS = 120  # that Chromium may take; it needs two
# As root (in a container) Chromium needs --no-sandbox; it reads one local file.
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
_MOMENTS = {"before": "avant l'acte", "after": "après l'acte", "check_in": "réponse au suivi"}
_ANSWERS = ("data/safety/", "data/sheet/")
_OPENING = """\
# What is said

Made by `cimento content > docs/content.md`: edit `data/`, `cimento/followup/protocol.yml` and
`sheet/` instead. A test compares.

A patient reads what the sheet says, or what `sheet/policy.yml` says with its source.
`sheet/facts.yml` holds what each wording keeps of the passages it rests on; `make check` proves
it, and says how easy each is to read. The easy wordings (`data/easy/`) follow the European
easy-to-read rules: one idea a sentence, twelve words at most, the present tense. They do not
claim the label FALC, which takes readers with an intellectual disability: none has read them.

The tables are for the department: `make booklet` prints all wordings, and an approval is a line of
`sheet/approvals.yml`. An answer that changes has another version, and is to be approved again.
"""

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
)


class ContentError(Exception):
    """The booklet cannot be made; the message says what to do."""


def told() -> list[Wording]:
    """Return all wordings that the department approves: answers, follow-ups, the SMS channel's.

    Raises SourceError or ProtocolError.
    """
    answers = with_inherited_sources(load_catalogue().wordings)
    return [*answers, *read_protocol().wordings(), *texts.wordings()]


def matrix(catalogue: Catalogue) -> str:
    """Return which follow-up questions have an answer: a line a topic that rests on the sheet, a
    column a facet: "x" where there is an answer, "=" where the advice to call is said again, "."
    where the topic declares that the sheet says nothing, "?" where nobody has read whether it does.
    """
    topics = dict.fromkeys(
        wording.topic
        for wording in catalogue.wordings
        if wording.file.startswith(_ANSWERS)
        and wording.title
        and (wording.custom["section"] or wording.topic in catalogue.facets)
    )
    width = max(map(len, topics))
    lines = ["  ".join([" " * width, *FACETS])]
    for topic in topics:
        other = "=" if catalogue.tells_to_call(topic) else "?"
        marks = dict.fromkeys(catalogue.answer(topic).unsaid, ".")
        marks |= dict.fromkeys(catalogue.facets.get(topic, {}), "x")
        cells = [marks.get(facet, other).center(len(facet)) for facet in FACETS]
        lines.append("  ".join([topic.ljust(width), *cells]).rstrip())
    told = sum(map(len, catalogue.facets.values()))
    return "\n".join(
        [*lines, f"{told} of {len(topics) * len(FACETS)} follow-up questions answered"]
    )


def _title(name: str, said: Sequence[Wording], titles: Mapping[str, str]) -> str:
    """Return how the booklet calls an answer, in French where it has a title."""
    if facet := said[0].facet:
        return f"{titles[said[0].topic]} : {FACETS[facet]}"
    return next((wording.title for wording in said if wording.title), name)


def document() -> str:
    """Return docs/content.md. Raises SourceError or ProtocolError."""
    return f"{_OPENING}\n{tables(told(), read_approvals(), ROOT)}"


def _kind(wording: Wording) -> str:
    """Return where and when a wording is said, in French."""
    moments = [french for name, french in _MOMENTS.items() if name in wording.condition]
    easy = ["plus simple"] if wording.is_easy else []
    return ", ".join([{"web": "site", "sms": "SMS"}[wording.channel], *easy, *moments])


def booklet() -> str:
    """Return the booklet as HTML. Raises SourceError or ProtocolError."""
    catalogue, approvals = load_catalogue(), read_approvals()
    answers = [
        {
            "name": name,
            "title": _title(name, said, catalogue.titles),
            "version": version(said),
            "approved": state(name, said, approvals),
            "said": [(_kind(w), catalogue.render(w.text), w.choices) for w in said],
            "quotes": list(dict.fromkeys(quote for w in said for quote in w.quotes)),
        }
        for name, said in by_answer(told()).items()
    ]
    return _templates.get_template("booklet.html").render(answers=answers)


def make_booklet(root: Path = ROOT) -> Path:
    """Write the booklet under `root`, as HTML and as PDF; return the PDF's path.

    Raises ContentError when Chromium is missing or fails.
    """
    pdf = root / BOOKLET
    page = pdf.with_suffix(".html")
    pdf.parent.mkdir(exist_ok=True)
    page.write_text(booklet(), encoding="utf-8")
    chromium = shutil.which("chromium")
    if chromium is None:
        raise ContentError(
            f"Chromium is missing: apt-get install chromium. Any browser can print {page}."
        )
    command = [chromium, *_FLAGS, f"--print-to-pdf={pdf}", page.as_uri()]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
    except subprocess.SubprocessError as error:
        raise ContentError(
            f"Chromium could not print {page} ({type(error).__name__}). Print it from a browser."
        ) from error
    return pdf
