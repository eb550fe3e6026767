"""Between a job under its lock and the pure router: what the router is told, and what it leaves to be kept."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from uuid import UUID

from jobs.runtime import capture
from jobs.runtime.program import Program
from jobs.runtime.rooms import Done, Rooms, flush, rooms
from jobs.runtime.router import Broken, Recall, Router
from jobs.runtime.store.joblock import End, JobView, save_memory, save_times, tell
from jobs.runtime.store.link import Link
from jobs.runtime.store.rooms import complete, hold_back
from jobs.states import JobStatus

#: Handlers that let a job go on although a policy raised: its items stay where they are.
FORGIVING = frozenset({"continue", "skip"})


def router_for(program: Program, view: JobView, ordinals: Iterator[int] | None = None) -> Router:
    return Router(
        program,
        waiting=view.waiting,
        now=view.now,
        last=view.activated,
        ordinals=ordinals,
        recall=Recall(view.payloads, view.memory),
    )


def make_room(link: Link, job: UUID, view: JobView, router: Router, done: Done) -> Rooms:
    """Who waits for room, when the nodes of those start nothing, and tails are flushed if nothing else can move."""
    if nodes := rooms(view, router, done).nodes:
        view.hold_back(hold_back(link, job, nodes))
    found = flush(view, router, done)
    if found.released:
        complete(link, found.released)
    return found


def save_routing(link: Link, job: UUID, program: Program, router: Router) -> None:
    """Keep what policies remember and when they want to be asked, and tell which of them raised."""
    _save_times(link, job, program, router)
    for node, memory in router.memory.items():
        save_memory(link, job=job, node=node, memory=dict(memory))
    for broken in {broken.node: broken for broken in router.broken}.values():
        tell(link, job, "policy_failed", reason=_told(broken), data=_described(broken))


def failing_policy(program: Program, router: Router) -> End | None:
    """How the job ends because a policy raised; None when none did, or its node's error handler lets it go on."""
    for broken in router.broken:
        if program.handler(broken.node).strategy not in FORGIVING:
            remedy = "mend the policy and retry the job, or override it for one job"
            return End(status=JobStatus.FAILED, node=broken.node, reason=f"{broken.node}: {_told(broken)}; {remedy}")
    return None


def _save_times(link: Link, job: UUID, program: Program, router: Router) -> None:
    """For the nodes whose policy asks for times; most flows have none."""
    asked = program.timekeepers & router.asked
    if asked:
        activated = {node: router.activated[node] for node in asked if node in router.activated}
        timers = {node: router.timers[node] for node in asked if node in router.timers}
        save_times(link, job=job, activated=activated, timers=timers)


def _told(broken: Broken) -> str:
    return f"its activation policy raised {type(broken.error).__name__}: {capture.printable(str(broken.error))[:150]}"


def _described(broken: Broken) -> dict[str, str]:
    return {"node": broken.node, "traceback": capture.printable("".join(_lines(broken.error)))[-5000:]}


def _lines(error: Exception) -> Iterator[str]:
    try:
        yield from traceback.format_exception(error)
    except Exception:  # noqa: BLE001 - an exception that cannot be told is still one
        yield type(error).__name__
