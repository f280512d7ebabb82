"""What the chat serves to read: its pages, and the files of the widget."""

import gzip
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from cimento.channels.chat.links import unbroken
from cimento.channels.chat.pages import HERE, Pages
from cimento.channels.gate import Gated
from cimento.settings.headers import HEADERS

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_PAGE = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
}
# Any site may load the widget, whose modules browsers ask for by CORS; only allowed sites may talk
# through it.
_FILE = {
    **HEADERS,
    "Cache-Control": "max-age=300",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding, Origin",
}
# Comments that have lines of their own, in scripts and style: for those who read the source.
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class ChatBlueprint(Gated):
    """Routes under /chat, and the one thing outside: Rasa's own / leads to the chat."""

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        async def lead_to_chat(request: Request) -> HTTPResponse | None:
            return response.redirect("/chat") if request.path == "/" else None

        app.register_middleware(lead_to_chat, "request")
        super().register(app, options)


def static_files(service: Mapping[str, str]) -> dict[str, bytes]:
    """Return {path under /chat: content}, read once: no disk is waited for, whatever waits for it.

    They are those of static/ as they stand there, without their comments and indents, a fourth of
    their weight. One is made here, of the service's number ({label, href}), which must be there to
    call when nothing else of the server answers.
    """
    folder = HERE / "static"
    files = [file for file in folder.rglob("*") if file.suffix in _TYPES]
    found = {
        str(file.relative_to(folder)): _INDENT.sub(
            "", _COMMENT.sub("", file.read_text(encoding="utf-8"))
        ).encode()
        for file in files
    }
    shown = {**service, "label": unbroken(service["label"], service)}
    found["widget/service.js"] = f"export const SERVICE = {json.dumps(shown)};\n".encode()
    return found


def packed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return {path: content, gzipped}: what browsers are served, each file by itself."""
    return {name: gzip.compress(content, mtime=0) for name, content in files.items()}


def add_pages(
    routes: Blueprint, pages: Pages, service: Mapping[str, str], origins: Collection[str]
) -> None:
    """Add the routes of the pages and files to those of the chat.

    `origins`: the sites that Rasa's own --cors names in its answers; the header stands once.
    """
    files = static_files(service)
    small = packed(files)

    @routes.get("/")
    async def page(_: Request) -> HTTPResponse:
        return response.html(pages.chat(), headers=_PAGE)

    @routes.get("/plein")
    async def full(request: Request) -> HTTPResponse:
        return response.html(pages.full(request.args.get("question")), headers=_PAGE)

    @routes.get("/fiche")
    async def fiche(request: Request) -> HTTPResponse:
        return response.html(pages.fiche(request.args.get("sujet")), headers=_PAGE)

    @routes.get(r"/<name:[\w-]+\.(?:js|css)>")
    async def file(request: Request, name: str) -> HTTPResponse:
        return _file(request, name)

    @routes.get(r"/widget/<name:[\w-]+\.js>")
    async def module(request: Request, name: str) -> HTTPResponse:
        return _file(request, f"widget/{name}")

    def _file(request: Request, name: str) -> HTTPResponse:
        if name not in files:
            return response.text("", status=404, headers=HEADERS)
        kind = _TYPES[name[name.rindex(".") :]]
        named = request.headers.get("origin") in origins
        headers = _FILE if named else {**_FILE, "Access-Control-Allow-Origin": "*"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers = {**headers, "Content-Encoding": "gzip"}
            return response.raw(small[name], content_type=kind, headers=headers)
        return response.raw(files[name], content_type=kind, headers=headers)
