"""The pages the chat serves: a hospital-like page, the chat alone, and the sheet with its passages
marked."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from cimento.answers import sheet
from cimento.answers.catalogue import Catalogue
from cimento.channels.chat.links import service_link, unbroken

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
        self._ideas = yaml.safe_load((HERE / "paragraphs.yml").read_text(encoding="utf-8"))
        self._chat = _templates.get_template("page.html").render()
        self._full = _templates.get_template("plein.html")
        self._fiche = _templates.get_template("fiche.html")
        self._made: dict[str | None, str] = {}  # as many as there are topics

    def chat(self) -> str:
        """Return the HTML of /chat."""
        return self._chat

    def full(self, question: str | None = None) -> str:
        """Return the HTML of the chat alone, which asks about the topic `question` if it is one."""
        known = question if question in self._catalogue.intents else None
        return self._full.render(question=known)

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
            f'<section id="{anchor}">'
            f"{_section(text, quotes, self._ideas.get(anchor, ()))}</section>\n"
            for anchor, text in self._sections.items()
        )
        html = html.replace("<mark>", '<mark id="citation">', 1)
        service = service_link(self._catalogue)
        number = service["label"].partition(",")[0]
        html = html.replace(number, f'<a class="tel" href="{service["href"]}">{number}</a>')
        return self._fiche.render(
            html=Markup(html),
            topic=topic,
            contents=self._contents(),
            service=service,
            service_label=unbroken(service["label"], service),
        )

    def _contents(self) -> list[tuple[str, str]]:
        """Return (anchor, heading) of the sections under the title, in their order."""
        found = []
        for anchor, text in self._sections.items():
            for heading in re.findall(r"^##+ (.+)$", text, re.MULTILINE):
                found.append((anchor, heading))
        return found


def _section(text: str, quotes: Iterable[str], ideas: Sequence[str]) -> str:
    """Return the HTML of one section of the sheet: `quotes` within <mark>, a paragraph for each
    sentence that begins as one of `ideas`."""
    passages: list[list[int]] = []
    for start, end in sorted(m.span() for q in quotes for m in re.finditer(re.escape(q), text)):
        if passages and start <= passages[-1][1]:  # passages that overlap make one
            passages[-1][1] = max(end, passages[-1][1])
        else:
            passages.append([start, end])
    # What is put where, the characters it replaces: from the end, so that places stay true.
    changes = [
        (place, 0, sign)
        for pair in passages
        for place, sign in zip(pair, (_BEGIN, _END), strict=False)
    ]
    for idea in ideas:
        space = text.index(idea) - 1
        inside = any(start <= space < end for start, end in passages)
        changes.append((space, 1, f"{_END}\n\n{_BEGIN}" if inside else "\n\n"))
    for place, length, sign in sorted(changes, reverse=True):
        text = f"{text[:place]}{sign}{text[place + length :]}"
    html = _markdown.render(text)
    return html.replace(_BEGIN, "<mark>").replace(_END, "</mark>")
