"""Lets the world see what a long step says while it runs: all steps of a session in one statement, twice a second."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from jobs.runtime.store.claim import Step
from jobs.runtime.store.link import Link
from jobs.runtime.store.tell import tell

EVERY = 0.5
#: Of a chatty step only the newest lines are told; all of them are kept when it is done.
LINES = 100


class Live:
    def __init__(self, session: UUID) -> None:
        self._session = session
        self._told: dict[tuple[int, int], int] = {}
        self._at = 0.0

    @property
    def is_due(self) -> bool:
        return time.monotonic() - self._at >= EVERY

    def tell(self, link: Link, running: Iterable[Step]) -> None:
        self._at = now = time.monotonic()
        talking = {(step.id, step.attempt): step.output for step in running if step.output and step.output.changes}
        news = {
            key: output for key, output in talking.items() if self._is_news(key, output.changes, now - output.began)
        }
        self._told = {key: self._told.get(key, 0) for key in talking} | {key: o.changes for key, o in news.items()}
        if news:
            rows = [_row(key, output.lines[-LINES:], output.progress) for key, output in news.items()]
            tell(link, rows, session=self._session)

    def _is_news(self, key: tuple[int, int], changes: int, age: float) -> bool:
        """A short step tells all of it with its commit."""
        return age >= EVERY / 2 and self._told.get(key) != changes


def _row(key: tuple[int, int], lines: list[dict[str, Any]], progress: dict[str, Any] | None) -> dict[str, Any]:
    return {"id": key[0], "attempt": key[1], "lines": lines, "progress": progress}
