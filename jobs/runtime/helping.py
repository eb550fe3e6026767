"""What a session does for everybody, beside its own steps: the dead are found, and whatever is due begins."""

from __future__ import annotations

import logging
from collections import deque
from uuid import UUID

from jobs.admission import gate as admission
from jobs.runtime import family
from jobs.runtime.ear import Ear
from jobs.runtime.nudge import fire_timers
from jobs.runtime.rounds import Duty
from jobs.runtime.store import claim, rescue
from jobs.runtime.store.link import Link
from jobs.schedules import firing
from jobs.steering import control

logger = logging.getLogger(__name__)


class Helper:
    """Used by the main thread of a session, which hears of what it made ready."""

    def __init__(self, link: Link, ear: Ear, *, lease: float) -> None:
        self._link = link
        self._ear = ear
        self._lease = lease
        self._ended: deque[UUID] = deque()  #: jobs that may have given up their place under a limit

    @property
    def duties(self) -> tuple[Duty, ...]:
        return (self._rescue, self._look_at_clock, self._admit, self._tell_families, self._release, self._end_overdue)

    def job_may_have_ended(self, job: UUID) -> None:
        """The next one may have its place under a limit. Called by any thread."""
        self._ended.append(job)
        self._ear.alarm.set(0.0)
        self._ear.ring()

    def wake_what_is_due(self) -> None:
        self._ear.alarm.reset()  # first: what is set from here on is kept
        moved = firing.fire_due() + self._admit_after_ends() + admission.sweep()
        self._ear.expect(claim.awaken_retries(self._link) + fire_timers() + moved)
        due = claim.seconds_to_next_due(self._link)
        if due is not None:
            self._ear.alarm.set(max(due, 0.01))

    def _admit_after_ends(self) -> int:
        ended = {self._ended.popleft() for _ in range(len(self._ended))}
        return sum(map(admission.after_end, ended))

    def _rescue(self) -> None:
        rescued = rescue.rescue(self._link, lease=self._lease)
        self._ear.expect(rescued.ready)
        if rescued.sessions:
            logger.warning("rescued %s", rescued, extra={"action": "rescued"})

    def _look_at_clock(self) -> None:
        self._ear.alarm.reset()  # first: what is set from here on is kept
        due = claim.seconds_to_next_due(self._link)
        if due is not None and due <= 0:
            self.wake_what_is_due()
        elif due is not None:
            self._ear.alarm.set(max(due, 0.01))

    def _admit(self) -> None:
        self._ear.expect(admission.sweep())

    def _tell_families(self) -> None:
        self._ear.expect(family.sweep())

    def _release(self) -> None:
        self._ear.expect(control.release_left_behind())

    def _end_overdue(self) -> None:
        rescue.end_overdue_jobs(self._link)
