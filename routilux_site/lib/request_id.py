"""The id that ties a request, its log lines and the problem it was answered with together."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")

current: ContextVar[str] = ContextVar("request_id", default="")


def accept_or_make(offered: str | None) -> str:
    """What the caller sent if it cannot break a log line or a header; otherwise a fresh id."""
    return offered if offered and _ACCEPTED.fullmatch(offered) else secrets.token_hex(8)
