"""The page of the demonstration, on loopback."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from cimento.demo.story import Story
from cimento.followup.gate import Gate

_PAGE = Path(__file__).with_name("page.html")
# Its script and its style stand in it; it loads nothing from elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "connect-src 'self'; frame-ancestors 'none'"
)


class Words(BaseModel):
    """What the patient writes."""

    text: str = Field(min_length=1, max_length=1000)


def make_page(story: Story, send: Callable[[str], None]) -> FastAPI:
    """Return the page's application. `send` carries a text from the patient's phone."""
    page = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    page.add_middleware(Gate)

    @page.get("/")
    def show() -> HTMLResponse:
        page = _PAGE.read_text(encoding="utf-8")
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    @page.get("/story")
    def view() -> dict[str, Any]:
        return story.view()

    @page.post("/say", status_code=204)
    def say(words: Words) -> None:
        story.wrote(words.text)
        send(words.text)

    @page.post("/hold", status_code=204)
    def hold() -> None:
        story.hold()

    @page.post("/skip", status_code=204)
    def skip() -> None:
        story.skip()

    @page.post("/alerts/{alert_id}", status_code=204)
    def acknowledge(alert_id: int) -> None:
        story.acknowledge(alert_id)

    return page
