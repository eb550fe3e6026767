"""A commit that has to see the whole job: joins and batches, max_workers, durable state, a step that ends the job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from jobs.errors import SlotFull
from jobs.runtime import failpoints
from jobs.runtime.admit import admit
from jobs.runtime.compose import Composition
from jobs.runtime.finished import Finished, Outcome, retry_delay
from jobs.runtime.judge import judge
from jobs.runtime.rooms import NO_ROOMS, Done, Rooms, deadlock
from jobs.runtime.router import Router
from jobs.runtime.routing import failing_policy, make_room, router_for, save_routing
from jobs.runtime.store.commit import commit
from jobs.runtime.store.joblock import End, JobView, end_job, lock_job, promote, save_state
from jobs.runtime.store.link import Link
from jobs.runtime.store.waits import pause_child, save_wait
from jobs.states import JobStatus, StepStatus


class JointCommit:
    """Commits finished steps of ONE job under the job's lock, inside a transaction that the caller holds."""

    def __init__(self, link: Link, session: UUID) -> None:
        self._link = link
        self._session = session

    def write(self, finished: Sequence[Finished]) -> list[Outcome]:
        job = finished[0].step.job_id
        asked = [(f.step.id, f.step.attempt) for f in finished]
        read = finished[0].program.readers
        view = lock_job(self._link, job, steps=asked, session=self._session, read=read)
        alive = view.status in {JobStatus.RUNNING, JobStatus.PAUSED}
        owned = [f for f in finished if alive and f.step.id in view.owned]
        if not owned:
            return [Outcome() for _ in finished]
        return self._write_owned(job, view, owned, finished)

    def _write_owned(self, job: UUID, view: JobView, owned: list[Finished], asked: Sequence[Finished]) -> list[Outcome]:
        self._settle_states(job, view, owned)
        composition = Composition()
        router, found, end = self._route(job, view, owned)
        freed = sum(f.frees_its_lane for f in owned)
        nodes = [step.node for step in router.steps]
        admitted = admit(owned[0].program, view, nodes, freed=freed, blocked=found.nodes)
        failing, released = end is not None, len(found.released)
        composition.add(owned, router, admitted.statuses, failing=failing, released=released)
        save_routing(self._link, job, owned[0].program, router)
        written = commit(self._link, composition.batch, session=self._session, announce=composition.announce)
        self._park(owned, paused=view.status == JobStatus.PAUSED)
        failpoints.hit("in_commit")
        if end:
            end_job(self._link, job, end)
            return [Outcome(f in owned, ended=True) for f in asked]
        promote(self._link, admitted.promoted)
        outcomes = [
            Outcome(f.step.id in written.fenced, composition.next_step(f, written), due_in=retry_delay(f))
            for f in asked
        ]
        followed = sum(o.next is not None for o in outcomes)
        outcomes[0].made_ready = admitted.ready - followed
        if router.timers:
            soonest = min(router.timers.values()) - view.now
            outcomes[0].due_in = min(soonest, outcomes[0].due_in or soonest)
        return outcomes

    def _park(self, owned: Sequence[Finished], *, paused: bool) -> None:
        """Keep what steps that are now parked asked for."""
        for f in owned:
            if f.wait and f.status == StepStatus.PARKED:
                asked: dict[str, Any] = {"kind": f.wait.kind, "request": f.wait.request}
                save_wait(self._link, job=f.step.job_id, step=f.step.id, errors=f.errors, **asked)
                if paused:
                    pause_child(self._link, **asked)

    def _settle_states(self, job: UUID, view: JobView, owned: Sequence[Finished]) -> None:
        """Save what steps changed in their node's durable state, unless another step of the node was faster."""
        for f in owned:
            if f.state is None:
                continue
            if view.states.get(f.step.node, 0) != f.state_version:
                f.run_again()
                continue
            save_state(self._link, job=job, node=f.step.node, state=f.state)
            view.states[f.step.node] = f.state_version + 1

    def _route(self, job: UUID, view: JobView, owned: Sequence[Finished]) -> tuple[Router, Rooms, End | None]:
        """Also which steps have to wait for room, and how the job ends if it does now."""
        router, program = self._fill(view, owned), owned[0].program
        if failing := _failing(owned):
            return router, NO_ROOMS, failing
        sent = {f.step.id: f.step.node for f in owned if f.status == StepStatus.COMPLETED}
        done = Done(sent, closing=sum(f.closes for f in owned), cause=owned[-1].step.id)
        found = make_room(self._link, job, view, router, done)
        for f in owned:
            if f.step.id in found.blocked:
                f.wait_for_room()
        end = failing_policy(program, router) or deadlock(program, view, router, found, done)
        return router, found, end

    def _fill(self, view: JobView, owned: Sequence[Finished]) -> Router:
        """Route what was emitted. A step that would overfill a slot has failed: its error handler says what then."""
        while True:
            router = router_for(owned[0].program, view)
            culprit = next((f for f in owned if _overfills(f, router)), None)
            if culprit is None:
                return router


def _overfills(f: Finished, router: Router) -> bool:
    """Route the emissions of a step; judge it when a slot cannot hold them."""
    for e in f.emissions:
        router.emit(source=f.step.id, node=f.step.node, event=e.event, payload=e.payload)
    full = router.overfull() if f.emissions else None
    if full is not None:
        judge(f, SlotFull(*full))
    return full is not None


def _failing(owned: Sequence[Finished]) -> End | None:
    """How the job ends because one of these steps failed and its error handler says stop."""
    f = next((f for f in owned if f.status == StepStatus.FAILED), None)
    return End(status=JobStatus.FAILED, reason=f"{f.step.node}: {f.summary}", node=f.step.node) if f else None
