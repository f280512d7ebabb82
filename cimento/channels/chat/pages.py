"""The pages the chat serves: a hospital-like page, and the sheet with its passages marked."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from cimento.answers import catalog, sheet

HERE = Path(__file__).parent
# Around a quoted passage until the Markdown has become HTML; in no sheet.
_BEGIN, _END = "\ue000", "\ue001"

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape()
)
_markdown = MarkdownIt("commonmark", {"html": False})


def chat_page() -> str:
    """Return the HTML of /chat."""
    return _templates.get_template("page.html").render()


@lru_cache(maxsize=128)
def sheet_page(topic: str | None = None) -> str:
    """Return the HTML of the sheet, the passages that the answers on `topic` quote marked.

    The first passage is the anchor "citation". An unknown topic marks nothing.
    """
    quotes = _quotes().get(topic or "", ())
    html = "".join(
        f'<section id="{anchor}">{_section(text, quotes)}</section>\n'
        for anchor, text in sheet.read_sections().items()
    )
    html = html.replace("<mark>", '<mark id="citation">', 1)
    return _templates.get_template("fiche.html").render(html=Markup(html), topic=topic)


@lru_cache(maxsize=1)
def _quotes() -> dict[str, tuple[str, ...]]:
    """Return {topic: the quotes of all its answers}."""
    quotes: dict[str, list[str]] = {}
    for wording in catalog.read_wordings():
        quotes.setdefault(wording.custom.get("topic") or "", []).extend(wording.quotes)
    return {topic: tuple(dict.fromkeys(found)) for topic, found in quotes.items()}


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
