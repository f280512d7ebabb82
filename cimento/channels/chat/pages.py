"""The pages the chat serves: a hospital-like page, and the sheet with its passages marked."""

import re
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from cimento.answers import sheet
from cimento.answers.catalogue import Catalogue

HERE = Path(__file__).parent
# Around a quoted passage until the Markdown has become HTML; in no sheet.
_BEGIN, _END = "\ue000", "\ue001"

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape()
)
_markdown = MarkdownIt("commonmark", {"html": False})


class Pages:
    """The pages, made of the sheet as it was when this was made. Raises sheet.SourceError."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._sections = sheet.read_sections()
        self._chat = _templates.get_template("page.html").render()
        self._fiche = _templates.get_template("fiche.html")
        self._made: dict[str | None, str] = {}  # as many as there are topics

    def chat(self) -> str:
        """Return the HTML of /chat."""
        return self._chat

    def fiche(self, topic: str | None = None) -> str:
        """Return the HTML of the sheet, the passages that the answers on `topic` quote marked.

        The first passage is the anchor "citation". An unknown topic marks nothing.
        """
        quotes = self._catalogue.quotes.get(topic, ()) if topic else ()
        known = topic if quotes else None
        if known not in self._made:
            self._made[known] = self._make_fiche(known, quotes)
        return self._made[known]

    def _make_fiche(self, topic: str | None, quotes: Iterable[str]) -> str:
        html = "".join(
            f'<section id="{anchor}">{_section(text, quotes)}</section>\n'
            for anchor, text in self._sections.items()
        )
        html = html.replace("<mark>", '<mark id="citation">', 1)
        return self._fiche.render(html=Markup(html), topic=topic)


def _section(text: str, quotes: Iterable[str]) -> str:
    """Return the HTML of one section of the sheet, `quotes` within <mark>."""
    passages: list[list[int]] = []
    for start, end in sorted(m.span() for q in quotes for m in re.finditer(re.escape(q), text)):
        if passages and start <= passages[-1][1]:  # passages that overlap make one
            passages[-1][1] = max(end, passages[-1][1])
        else:
            passages.append([start, end])
    for start, end in reversed(passages):
        text = f"{text[:start]}{_BEGIN}{text[start:end]}{_END}{text[end:]}"
    html = _markdown.render(text)
    return html.replace(_BEGIN, "<mark>").replace(_END, "</mark>")
