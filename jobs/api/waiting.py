"""`Prefer: wait=10` (RFC 7240): an answer that waits for the end of a job, within bounds."""

from __future__ import annotations

import re
import time
from threading import BoundedSemaphore

from jobs.models import Job
from jobs.states import JOB_TERMINAL

LONGEST = 10.0  #: seconds
#: Of the threads of one web process; the others go on to answer.
MOST_WAITING = 2
FIRST_LOOK, LAST_LOOK = 0.01, 0.25  #: seconds between two looks, growing

_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?(?=$|[,;\s])", re.IGNORECASE | re.ASCII)
_seats = BoundedSemaphore(MOST_WAITING)


def seconds_asked(header: str) -> float | None:
    """How long to wait at most; None when the header does not ask for it. What is malformed is no preference."""
    found = _WAIT.search(header)
    return min(float(found[1]), LONGEST) if found else None


def wait_for_end(job: Job, seconds: float) -> bool:
    """Whether the job has ended; False at once when enough callers wait already."""
    if not _seats.acquire(blocking=False):
        return _has_ended(job)
    try:
        return _looked_until(job, time.monotonic() + seconds)
    finally:
        _seats.release()


def _looked_until(job: Job, deadline: float) -> bool:
    pause = FIRST_LOOK
    while not _has_ended(job):
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 2, LAST_LOOK)
    return True


def _has_ended(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, status__in=JOB_TERMINAL).exists()
