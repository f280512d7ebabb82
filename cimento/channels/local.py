"""Whether a request comes from this machine: what is not for the network goes by it."""

from collections.abc import Container
from ipaddress import ip_address

_FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip")


def is_local(address: str, headers: Container[str]) -> bool:
    """Return whether a request comes from this machine, and through no proxy.

    `address`: the peer's; `headers`: their names, in lower case unless the container itself
    takes any case.
    """
    # Behind a proxy on this machine, everybody seems to be local.
    if any(name in headers for name in _FORWARDING):
        return False
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
