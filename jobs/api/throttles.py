"""Which rate a request counts against, and for whom: its token, its user, or the address that it came from."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from jobs import throttling
from jobs.access import TRIGGER
from jobs.models import ApiToken
from routilux_site.lib.address import client_address


class Throttle(BaseThrottle):
    """Raises TooManyRequests instead of answering False, which could not say what is accepted."""

    def allow_request(self, request: Request, view: Any) -> bool:
        name, caller = policy(request, view)
        view.rate = throttling.draw(name, caller)
        return True


def policy(request: Request, view: Any) -> tuple[str, str]:
    if not request.user.is_authenticated:
        return "anonymous", client_address(request._request)
    return _rate(request, view), caller_of(request)


def caller_of(request: Request) -> str:
    return f"token {request.auth.pk}" if isinstance(request.auth, ApiToken) else f"user {request.user.pk}"


def _rate(request: Request, view: Any) -> str:
    if request.method in SAFE_METHODS:
        return "read"
    permitted = getattr(view, "permitted", {})
    return "trigger" if TRIGGER in permitted.get(request.method, ()) else "write"
