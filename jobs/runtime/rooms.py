"""Steps that wait for room: who waits, whose nodes start nothing meanwhile, and whether that can ever end. Pure.

In a slot that blocks, what does not fit waits at its door: an item like any other, behind those that fill the slot. The
step that sent it has run and is committed, but it is not complete until all its items are inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.runtime.program import Program
from jobs.runtime.router import NewItem, Router
from jobs.runtime.store.joblock import End, JobView
from jobs.states import JobStatus
from templates_app.spec import Port


@dataclass(frozen=True, slots=True)
class Rooms:
    """How it stands once a commit is written."""

    blocked: Mapping[int, Port] = field(default_factory=dict)  #: each step that waits for room, and one place where
    nodes: Mapping[str, int] = field(default_factory=dict)  #: their nodes, each with such a step
    released: list[int] = field(default_factory=list)  #: steps that waited until now

    def added(self, view: JobView) -> list[int]:
        return [step for step in self.blocked if step not in view.blocked]


NO_ROOMS = Rooms()


@dataclass(frozen=True, slots=True)
class Done:
    """What a commit brings to its end."""

    sent: Mapping[int, str] = field(default_factory=dict)  #: nodes of the steps that complete, unless they have to wait
    closing: int = 0  #: how many steps are over with it, those included
    cause: int | None = None  #: the step to which what is flushed is put down


def rooms(view: JobView, router: Router, done: Done) -> Rooms:
    at_doors = _at_doors(view, router)
    known = {**view.blocked, **done.sent}
    blocked = {step: port for step, port in at_doors.items() if step in known}
    released = [step for step in view.blocked if step not in at_doors]
    return Rooms(blocked, {known[step]: step for step in blocked}, released) if blocked or released else NO_ROOMS


def _at_doors(view: JobView, router: Router) -> dict[int, Port]:
    found: dict[int, Port] = {}
    for port, ref in router.at_doors():
        source = ref.source if isinstance(ref, NewItem) else view.sources.get(ref)
        if source is not None:
            found.setdefault(source, port)
    return found


def flush(view: JobView, router: Router, done: Done) -> Rooms:
    """When nothing else can move, flush tails until something does, or nothing is left to be flushed."""
    found = rooms(view, router, done)
    while not view.keep_open and not _moves(view, router, found, done):
        known = len(router.steps)
        router.drain(done.cause)
        found = rooms(view, router, done)
        if len(router.steps) == known:
            break
    return found


def _moves(view: JobView, router: Router, found: Rooms, done: Done) -> bool:
    """Is anything under way, beside steps that wait for room and what their nodes hold back for them? A step that
    begins at a breakpoint is: whoever set it may let it go."""
    held_back = sum(view.nodes.get(step) in found.nodes for step in view.held_back)
    others = view.open - done.closing - len(view.blocked) - held_back
    stuck = found.nodes.keys() - view.breakpoints
    return others > 0 or any(step.node not in stuck for step in router.steps)


def deadlock(program: Program, view: JobView, router: Router, found: Rooms, done: Done) -> End | None:
    """How the job ends when steps wait for room that nothing can make any more."""
    if not found.blocked or view.keep_open or _moves(view, router, found, done):
        return None
    node, step = next(iter(found.nodes.items()))
    return End(status=JobStatus.FAILED, node=node, reason=f"{node}: {stuck(program, found.blocked[step])}")


def stuck(program: Program, port: Port) -> str:
    most = program.doors[port.node][port.slot]
    told = f"it waits for room in {port}, which holds {most}, and nothing in this job can move to make room"
    return f"{told}: raise the slot's capacity, or let what its policy waits for come from elsewhere"
