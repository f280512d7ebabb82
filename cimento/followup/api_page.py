"""The page that describes the API: made here, without a script, so that nothing that is loaded
from elsewhere can read the token that somebody would type."""

from html import escape
from typing import Any


def api_page(description: dict[str, Any]) -> str:
    """Return the page, in HTML. `description`: what OpenAPI says of the API."""
    parts = [f"<h1>{escape(description['info']['title'])}</h1>"]
    parts.append(f"<p>{escape(description['info']['description'])}</p>")
    parts.append("<p>Authorization: Bearer $CIMENTO_API_TOKEN; JSON. ")
    parts.append('For programs: <a href="/openapi.json">/openapi.json</a>.</p>')
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            parts.append(f"<h2><code>{method.upper()} {escape(path)}</code></h2>")
            parts.append(f"<p>{escape(operation.get('description', operation['summary']))}</p>")
            parts.append(_fields(description, operation))
    title = escape(description["info"]["title"])
    head = f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    return head + "".join(parts)


def _fields(description: dict[str, Any], operation: dict[str, Any]) -> str:
    """Return the fields of the body of one operation, as a list."""
    body = operation.get("requestBody")
    if not body:
        return ""
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = description["components"]["schemas"][name]
    items = []
    for field, about in schema["properties"].items():
        needed = "" if field in schema.get("required", ()) else " (may be left out)"
        text = f"{about.get('description', '')}{needed}, for instance {about.get('example', '')}"
        items.append(f"<li><code>{escape(field)}</code>: {escape(text)}</li>")
    return f"<ul>{''.join(items)}</ul>"
