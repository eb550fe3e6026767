"""Jobs of the last day, hour by hour, as a small drawing. Its sizes are attributes: a style would break the policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.runtime.store.health import Bucket

HOURS, HEIGHT, STEP, GAP = 24, 48, 12, 2


@dataclass(frozen=True, slots=True)
class Column:
    """One hour: a bar of all its jobs, and over it a bar of those that failed."""

    x: int
    y: float
    height: float
    failed_y: float
    failed_height: float
    title: str
    hour: datetime

    @property
    def query(self) -> str:
        """What the list of jobs has to be asked for these."""
        return f"since:{self.hour:%Y-%m-%dT%H:%M} until:{self.hour + timedelta(hours=1):%Y-%m-%dT%H:%M}"


def columns(buckets: Sequence[Bucket], begin: datetime) -> list[Column]:
    most = max([1, *(bucket.jobs for bucket in buckets)])
    return [_column(place, bucket, HEIGHT / most, begin) for place, bucket in enumerate(buckets)]


def _column(place: int, bucket: Bucket, scale: float, begin: datetime) -> Column:
    height = round(max(bucket.jobs * scale, 1.5 if bucket.jobs else 0), 1)
    failed = round(max(min(bucket.failed, bucket.jobs) * scale, 1.5 if bucket.failed else 0), 1)
    hour = begin + timedelta(hours=place)
    title = f"{hour:%H:%M} UTC: {bucket.jobs} job{'' if bucket.jobs == 1 else 's'}, {bucket.failed} failed"
    return Column(place * STEP, round(HEIGHT - height, 1), height, round(HEIGHT - failed, 1), failed, title, hour)
