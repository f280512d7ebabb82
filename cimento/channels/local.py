"""Whether a request comes from a program of this machine: what is not for the network goes by it.

The address alone proves nothing. Behind a proxy of this machine everybody has it, and so has a
page of the web that the browser of this machine shows.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from sanic.request import Request

# What proxies add, each its own; and what browsers add, and programs do not.
_FORWARDING = (
    *("forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-host"),
    *("cf-connecting-ip", "cf-ray", "true-client-ip", "fastly-client-ip", "x-amzn-trace-id"),
)
_BROWSING = ("origin", "referer", "sec-fetch-site")
_NAME = "localhost"


def _is_loopback(host: str) -> bool:
    try:
        return host == _NAME or ip_address(host).is_loopback
    except ValueError:
        return False


def is_local(address: str, headers: Mapping[str, str], version: str = "1.1") -> bool:
    """Return whether a request comes from a program of this machine, and through no proxy.

    `address`: the peer's; `headers`: their names in lower case, unless the mapping itself takes
    any case; `version`: of HTTP. nginx, told nothing, adds no header at all, but speaks 1.0.
    """
    if version != "1.1" or any(name.lower().startswith("x-forwarded") for name in headers):
        return False
    if any(name in headers for name in (*_FORWARDING, *_BROWSING)):
        return False
    try:
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return _is_loopback(address) and _is_loopback(host)


def comes_from_here(request: Request, proxies: int) -> bool:
    """Return whether `request` is local (see is_local), and JSON if it has a body: a page of the
    web can send no JSON without asking first. Where there are `proxies`, nothing is local."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method != "GET" and kind != "application/json":
        return False
    return not proxies and is_local(request.ip, request.headers, request.version)
