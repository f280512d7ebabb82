"""Check the addresses among the settings."""

from urllib.parse import urlsplit


def check_url(url: str, *schemes: str) -> str:
    """Return `url`; ValueError, without the value, when its scheme is none of `schemes`."""
    if urlsplit(url).scheme.split("+")[0] not in schemes:
        raise ValueError(f"must start with {' or '.join(schemes)}, then ://")
    return url
