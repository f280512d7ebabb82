"""What a request must pass before the assistant hears of it: origin, rate, size, shape."""

import json
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sanic.request import Request

from cimento.channels.chat.refusals import Refusal
from cimento.settings.chat import ChatSettings

_MOST_KEYS = 50_000  # addresses and conversations whose requests are counted: some 30 MB
_LONGEST_ADDRESS = 45  # characters


@dataclass(frozen=True)
class Said:
    """What a patient sends: typed `text`, or the `payload` of a button. Never both."""

    text: str | None = None
    payload: str | None = None


def holder(address: str) -> str:
    """Return what stands for whoever has `address`: of IPv6 the first 64 bits, which are the
    least that one customer gets."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:_LONGEST_ADDRESS]
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))
    return str(ip)


class _Recent(OrderedDict[str, list[Any]]):
    """The last _MOST_KEYS keys. What is not there is empty: the library looks at keys from a
    thread of its own, which one may have left meanwhile."""

    def __missing__(self, key: str) -> list[Any]:
        return []


class _BoundedStorage(MemoryStorage):
    """Counts that take no more memory however many ask, and name nobody for longer than they
    count: the library forgets when a key was used, but never the key itself."""

    def __init__(self) -> None:
        super().__init__()
        self.events = self._recent = _Recent()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Called by the limiter at each request."""
        acquired = bool(super().acquire_entry(key, limit, expiry, amount))
        self._recent.move_to_end(key)
        while len(self._recent) > _MOST_KEYS or self._is_over(next(iter(self._recent.values()))):
            self._recent.popitem(last=False)
        return acquired

    @staticmethod
    def _is_over(requests: list[Any]) -> bool:
        return not requests or bool(requests[0].expiry <= time.time())


class Guard:
    """Checks of one server. The counts of requests are held in memory."""

    def __init__(self, settings: ChatSettings) -> None:
        self._settings = settings
        self._counts = _BoundedStorage()  # the limiter itself holds it by a weak reference
        self._limiter = MovingWindowRateLimiter(self._counts)
        self._per_address = RateLimitItemPerMinute(settings.address_per_minute)
        self._per_session = RateLimitItemPerMinute(settings.session_per_minute)

    def check_origin(self, request: Request) -> None:
        """Raise Refusal when the request comes from a site that may not embed the chat.

        Rasa's own --cors answers browsers; this keeps the request itself out.
        """
        origin = request.headers.get("origin")
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
        if not ours and origin not in self._settings.origins:
            raise Refusal("origin_not_allowed")

    def count_address(self, request: Request) -> None:
        """Count one request of an address; Refusal beyond the rate."""
        self._count(self._per_address, "address", holder(request.remote_addr or request.ip))

    def count_message(self, conversation: str) -> None:
        """Count one message of a conversation; Refusal beyond the rate."""
        self._count(self._per_session, "session", conversation)

    def _count(self, rate: RateLimitItemPerMinute, kind: str, key: str) -> None:
        if not self._limiter.hit(rate, kind, key):
            reset, _ = self._limiter.get_window_stats(rate, kind, key)
            wait = max(1, math.ceil(reset - time.time()))
            raise Refusal("too_many_messages", retry_after=wait)

    def read_object(self, request: Request) -> dict[str, Any]:
        """Return the JSON object of the body."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refusal("not_json")
        if len(request.body) > self._settings.max_body_bytes:
            raise Refusal("body_too_large")
        try:
            content = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise Refusal("malformed") from error
        if not isinstance(content, dict):
            raise Refusal("malformed")
        return content

    def said(self, content: dict[str, Any]) -> Said:
        """Return what `content` says: {"text": …} or {"payload": …}; else Refusal."""
        match content:
            case {"text": str(text)} if len(content) == 1:
                if not text.strip():
                    raise Refusal("message_empty")
                if len(text) > self._settings.max_characters:
                    raise Refusal("message_too_long", max_characters=self._settings.max_characters)
                return Said(text=text)
            case {"payload": str(payload)} if len(content) == 1:
                return Said(payload=payload)
        raise Refusal("malformed")
