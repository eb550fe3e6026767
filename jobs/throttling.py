"""How much one caller may ask for in a while; the rates are settings."""

from __future__ import annotations

import hashlib
import itertools
import math
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from jobs.runtime.store import throttle
from jobs.runtime.store.link import django_link
from routilux_site.lib.errors import RoutiluxError

#: One request of so many takes the empty buckets away.
SWEEP_EVERY = 1000
_drawn = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Rate:
    """`limit` requests in `window` seconds, of which `remaining` may come at once and all of them after `reset`."""

    name: str
    limit: int
    window: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has them."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={self.window}',
            "RateLimit": f'"{self.name}";r={self.remaining};t={self.reset}',
        }


class TooManyRequests(RoutiluxError):
    code = "too-many-requests"
    status = 429
    title = "Too many requests"

    def __init__(self, rate: Rate, wait: float) -> None:
        seconds = max(1, math.ceil(wait))
        allowed = f"{rate.limit} in {rate.window} s are accepted here ({rate.name})"
        super().__init__(f"Too many requests: {allowed}. Go on in {seconds} s.")
        self.seconds = seconds
        self.headers = {"Retry-After": str(seconds), **rate.headers}


def draw(name: str, caller: str, *, count: int = 1, factor: int = 1) -> Rate | None:
    """Count requests of `caller` against the rate `name`, `factor` times as generous; None where there is no rate.

    Raises TooManyRequests.
    """
    setting = settings.THROTTLES.get(name)
    if setting is None:
        return None
    limit, window = setting[0] * factor, setting[1]
    link = django_link()
    drawn = throttle.take(link, _bucket(name, caller), cost=count * window / limit, window=window)
    left = 0 if drawn.wait is not None else int((window - drawn.used) * limit / window + 1e-6)
    rate = Rate(name, limit, window, remaining=left, reset=math.ceil(drawn.used))
    if drawn.wait is not None:
        raise TooManyRequests(rate, drawn.wait)
    if next(_drawn) % SWEEP_EVERY == 0:
        throttle.sweep(link)
    return rate


def _bucket(name: str, caller: str) -> UUID:
    return UUID(bytes=hashlib.sha256(f"{name} {caller}".encode()).digest()[:16])
