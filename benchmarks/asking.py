"""One question to the web application, asked again and again in this process, and what it took."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import psycopg
from django.test import Client

from jobs.runtime.store.link import django_link

WARM, ROUNDS = 3, 40
HEAD = ("asked", "p50 ms", "p95 ms", "CPU ms", "in Postgres ms", "round trips", "KB")


@dataclass(frozen=True, slots=True)
class Question:
    """A GET of `path`, unless `send` does something else."""

    name: str
    client: Client
    path: str = ""
    send: Callable[[], Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    name: str
    p50: float
    p95: float
    cpu: float
    database: float
    trips: int
    size: int


def ask(question: Question) -> Answer:
    for _ in range(WARM):
        response = _send(question)
        assert response.status_code in (200, 202), f"{question.name}: {response.status_code} {response.content[:300]!r}"
    took = [_timed(question) for _ in range(ROUNDS)]
    walls = sorted(wall for wall, _, _ in took)
    return Answer(
        question.name,
        p50=statistics.median(walls),
        p95=walls[int(len(walls) * 0.95)],
        cpu=statistics.median(cpu for _, cpu, _ in took),
        database=statistics.median(waited for _, _, waited in took),
        trips=round_trips(lambda: _send(question)),
        size=len(response.content),
    )


def _send(question: Question) -> Any:
    return question.send() if question.send else question.client.get(question.path)


def _timed(question: Question) -> tuple[float, float, float]:
    with _listening() as waits:
        begun, worked = time.perf_counter(), time.thread_time()
        _send(question)
        return (time.perf_counter() - begun) * 1000, (time.thread_time() - worked) * 1000, sum(waits) * 1000


@contextmanager
def _listening() -> Iterator[list[float]]:
    """The seconds of each wait for the database, by whatever door."""
    waits: list[float] = []
    wait = psycopg.Connection.wait

    def waiting(connection: Any, *words: Any, **options: Any) -> Any:
        begun = time.perf_counter()
        try:
            return wait(connection, *words, **options)
        finally:
            waits.append(time.perf_counter() - begun)

    with patch.object(psycopg.Connection, "wait", waiting):
        yield waits


def round_trips(do: Callable[[], Any]) -> int:
    """How often Django's connection asks something and waits, BEGIN and COMMIT included: by its own trace."""
    with tempfile.TemporaryFile() as trace:
        link = django_link()
        link.pgconn.trace(trace.fileno())
        try:
            do()
        finally:
            link.pgconn.untrace()
        trace.seek(0)
        return len(re.findall(rb"(?m)^\S+ \S+\tF\t\d+\t(?:Query|Sync)\b", trace.read()))


def table(answers: Sequence[Answer]) -> str:
    lines = ["| " + " | ".join(HEAD) + " |", "| --- " + "| --: " * (len(HEAD) - 1) + "|"]
    return "\n".join(lines + [_line(answer) for answer in answers])


def _line(answer: Answer) -> str:
    times = " | ".join(f"{value:.1f}" for value in (answer.p50, answer.p95, answer.cpu, answer.database))
    return f"| {answer.name} | {times} | {answer.trips} | {answer.size / 1024:.1f} |"
