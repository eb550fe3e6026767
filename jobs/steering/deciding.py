"""The verb that answers a step which waits for a decision."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jobs.admission.launch import Actor
from jobs.errors import WrongState
from jobs.models import Activation, Job, Wait
from jobs.runtime.waits import answer
from jobs.states import WaitKind
from jobs.steering.common import lock, tell

MAX_COMMENT = 500


def decide(*, job: Job, step: Activation, approved: bool, comment: str = "", actor: Actor = None) -> None:
    """Approve or reject what a step waits for. It goes on with the answer, and with who gave it."""
    by = getattr(actor, "get_username", lambda: "")()
    said = comment[:MAX_COMMENT]
    given = {"approved": approved, "comment": said, "by": by, "at": timezone.now().isoformat(timespec="seconds")}
    with transaction.atomic():
        lock(job, "decide")
        if not answer(job, Wait.objects.filter(step_id=step.pk, kind=WaitKind.DECISION), given):
            told = _why_not(step)
            raise WrongState(f"Step {step.pk} ({step.node}) waits for no decision: {told}.", path="step")
        tell(job, "approved" if approved else "rejected", actor, reason=said, data={"step": step.pk, "node": step.node})


def _why_not(step: Activation) -> str:
    decided = Wait.objects.filter(step_id=step.pk, kind=WaitKind.DECISION, answered_at__isnull=False).first()
    if decided is None:
        return "it has not asked for one"
    by = (decided.answer or {}).get("by") or "its default, when time was up"
    return f"it was decided by {by}"
