"""Whether it stays as fast as it begins, and its memory flat: `python -m benchmarks.endurance MINUTES=60`.

Somebody triggers jobs of ten effectful steps without a pause, so that some always wait; all of them are kept. DOC=1
writes the table into docs/reference/speed.md.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from benchmarks.document import publish, said
from benchmarks.figures import STEPS
from benchmarks.memory import largest
from tests.house import House

PAGE, BLOCK = "reference/speed.md", "endurance"
SPANS = 12
#: So many jobs wait at least, and come at a time.
QUEUED, AT_ONCE = 500, 100
FEED = """
import time
from django.db import transaction
from jobs.models import Job
from jobs.services import Launch, trigger
from templates_app.models import FlowPrototype
flow = FlowPrototype.objects.get(name="linear")
while True:
    if Job.objects.filter(status="pending").count() >= {queued}:
        time.sleep(0.02)
        continue
    with transaction.atomic():
        for n in range({at_once}):
            trigger(flow=flow, launch=Launch(input={{"n": n}}))
"""
FIRST = "SELECT extract(epoch FROM min(finished_at))::float8 FROM jobs_job WHERE status = 'completed'"
COMPLETED = """
SELECT width_bucket(extract(epoch FROM finished_at)::float8, %s, %s, %s) - 1 AS span, count(*)
FROM jobs_job WHERE status = 'completed' GROUP BY span
"""
SIZE = "SELECT pg_database_size(current_database())"


def main(words: list[str]) -> None:
    told = said(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    text = _measured(float(told.get("MINUTES") or 60))
    publish(text, PAGE, BLOCK, said=told)


def _measured(minutes: float) -> str:
    import django

    django.setup()
    from benchmarks.house import bench_house
    from benchmarks.report import machine

    with bench_house() as house, _under_load(house) as runtime:
        house.wait(lambda: house.value(FIRST), "the first completed job")
        time.sleep(5)  # until everybody has warmed up
        began, memory = time.time(), []
        for span in range(1, SPANS + 1):
            time.sleep(max(0.0, began + span * 60 * minutes / SPANS - time.time()))
            memory.append(largest(runtime) / 1e6)
        ended = time.time()
        return f"{machine()}\n\n{_table(_rates(house, began, ended), memory, minutes, int(house.value(SIZE)))}"


@contextmanager
def _under_load(house: House) -> Iterator[psutil.Process]:
    feed = FEED.format(queued=QUEUED, at_once=AT_ONCE)
    with house.running("shell", "-v", "0", "-c", feed), house.runtime() as runtime:
        yield runtime


def _rates(house: House, began: float, ended: float) -> list[float]:
    """Steps a second, span by span."""
    jobs = dict(house.rows(COMPLETED, began, ended, SPANS))
    return [jobs.get(span, 0) * STEPS / (ended - began) * SPANS for span in range(SPANS)]


def _table(rates: list[float], memory: list[float], minutes: float, size: int) -> str:
    ends = [minutes * (span + 1) / SPANS for span in range(SPANS)]
    rows = [f"| {e:g} | {r:,.0f} | {m:,.1f} |" for e, r, m in zip(ends, rates, memory, strict=True)]
    head = ["| until minute | steps/s | largest worker, MB |", "| --: | --: | --: |"]
    third, steps = SPANS // 3, sum(rates) * minutes * 60 / SPANS
    kept = f"The last third ran at {sum(rates[-third:]) / sum(rates[:third]):.2f} times the speed of the first."
    return "\n".join([*head, *rows, "", f"{steps:,.0f} steps; the database takes {size / 1e9:.1f} GB then. {kept}"])


if __name__ == "__main__":
    main(sys.argv[1:])
