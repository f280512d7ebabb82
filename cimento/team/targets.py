"""Where a login leads: to a page of ours, whatever the address of the login says."""

from fastapi import Request

_HOME = "/equipe/"


def target(back: str) -> str:
    """Return the page to go to after the login: of ours, and nothing that a browser would take for
    another host."""
    return back if back.startswith(_HOME) and "\\" not in back else _HOME


def login_address(back: str) -> str:
    """Return the address of the login that leads to the page `back` after."""
    return f"/equipe/connexion?vers={back}" if back.startswith(_HOME) else "/equipe/connexion"


def comes_from_elsewhere(request: Request) -> bool:
    """Return whether a link of another site, a webmail's mostly, has led here: the browser keeps
    the cookie back (SameSite=Strict) until a page of ours asks."""
    return request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site"
