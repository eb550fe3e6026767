"""A calling system: plain HTTP, nothing of ours."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

PATIENCE = 180.0  #: seconds; only what never comes about waits so long


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message  #: whatever the case of a name
    body: Any


@dataclass(frozen=True, slots=True)
class Caller:
    site: str
    token: str = field(repr=False)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """`path` may be whole, as in a Location; headers as `idempotency_key="x"`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        known = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **named}
        data = None if body is None else json.dumps(body).encode()
        whole = path if path.startswith("http") else f"{self.site}/api/v1/{path}"
        request = urllib.request.Request(whole, data, known, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.headers, json.load(answer))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.headers, json.load(refusal))

    def follow(self, accepted: Answer) -> Any:
        """The job that was accepted, once it has ended; asks not more often than it was told."""
        deadline, answer = time.monotonic() + PATIENCE, accepted
        while answer.body["status"] not in ("completed", "failed", "cancelled"):
            assert time.monotonic() < deadline, answer.body
            time.sleep(float(answer.headers["Retry-After"] or 1))
            answer = self.call("GET", accepted.headers["Location"])
        return answer.body

    def pages(self, path: str) -> list[Any]:
        """All of a list, by the address of the next page that each page tells."""
        found: list[Any] = []
        address: str | None = path
        while address:
            page = self.call("GET", address).body
            found, address = [*found, *page["results"]], page["next"]
        return found
