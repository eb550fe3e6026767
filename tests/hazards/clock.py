"""A host whose clock is wrong: HAZARD_CLOCK says by how many seconds."""

from __future__ import annotations

import datetime
import os
import time

from django.utils import timezone


def turn() -> None:
    """Shift what this process takes for the time of day; the monotonic clock is not touched by a wrong date."""
    wrong_by = float(os.environ.get("HAZARD_CLOCK", "0"))
    if wrong_by:
        _shift(wrong_by)


def _shift(wrong_by: float) -> None:
    right_time, right_now = time.time, timezone.now
    time.time = lambda: right_time() + wrong_by
    timezone.now = lambda: right_now() + datetime.timedelta(seconds=wrong_by)
