"""A step that cannot be run here may be run elsewhere: another host may have the code, as in a rolling deploy."""

from __future__ import annotations

import logging
from uuid import UUID

from jobs.runtime.finished import HAND_ON_AT_MOST, HAND_ON_DELAY
from jobs.runtime.store import claim
from jobs.runtime.store.joblock import End, close_rest, end_job
from jobs.runtime.store.link import Link
from jobs.states import JobStatus

logger = logging.getLogger(__name__)


def hand_on(link: Link, step: claim.Step, *, session: UUID, why: str) -> None:
    """But not for ever: the job fails when nobody could."""
    logger.error(why, extra={"action": "step_handed_on", "job": str(step.job_id), "node": step.node})
    if step.attempt < HAND_ON_AT_MOST:
        claim.postpone(link, step, session=session, delay=HAND_ON_DELAY, why=why)
        return
    with link.transaction():
        end_job(link, step.job_id, End(status=JobStatus.FAILED, node=step.node, reason=f"{step.node}: {why}"))
    close_rest(link, step.job_id)
