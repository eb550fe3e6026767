"""Jobs for programs: the Runtime and a handle on one job. Both only call the verbs that REST calls."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from jobs import services
from jobs.admission.launch import Launch
from jobs.errors import WrongState
from jobs.models import Item, Job
from jobs.states import JobStatus
from templates_app.factory import Flow
from templates_app.factory.launching import stored_flow
from templates_app.factory.retired import WithoutStrategy, refuse_keywords
from templates_app.models import FlowPrototype
from templates_app.selectors import flow_by_name
from templates_app.spec import Port

if TYPE_CHECKING:
    from jobs.admission.launch import Actor

FIRST_LOOK, LAST_LOOK = 0.01, 0.5  #: seconds between two looks at a job, growing while it goes on

logger = logging.getLogger(__name__)


class JobHandle:
    """One job, as a program holds it. Nothing is kept here: each look asks the database."""

    __slots__ = ("id",)

    def __init__(self, job_id: UUID | str) -> None:
        self.id = str(job_id)

    def __repr__(self) -> str:
        return f"JobHandle({self.id!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JobHandle) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def job(self) -> Job:
        """The row as it stands now."""
        return Job.objects.select_related("flow", "revision").get(pk=self.id)

    @property
    def status(self) -> JobStatus:
        return JobStatus(Job.objects.values_list("status", flat=True).get(pk=self.id))

    @property
    def error(self) -> str:
        """Why the job failed, in a line; empty when it did not."""
        return self.job.error_summary

    @property
    def result(self) -> dict[str, list[Any]]:
        """What events without a connection emitted, by "node.event"; while the job runs, what they emitted so far."""
        rows = Item.objects.filter(job=UUID(self.id), node="").order_by("id")
        found: dict[str, list[Any]] = {}
        for node, event, payload in rows.values_list("source_node", "event", "payload"):
            found.setdefault(f"{node}.{event}", []).append(payload)
        return found

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job has ended: True; False when `timeout` seconds were over first."""
        if connection.in_atomic_block:
            raise WrongState("A job starts when its transaction is committed: wait() inside of one would never end.")
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = FIRST_LOOK
        while not self.status.is_terminal:
            left = pause if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(pause * 2, LAST_LOOK)
        return True

    def post(self, node: str, slot: str, data: Mapping[str, Any], *, actor: Actor = None) -> None:
        """Put an item into a slot of the job, which must not have ended."""
        services.post_item(job=self.job, port=Port(node, slot), payload=dict(data), actor=actor)

    def close(self, *, actor: Actor = None) -> None:
        """No more items will be posted: an open job completes once everything in it is done."""
        services.close(job=self.job, actor=actor)

    def cancel(self, reason: str = "", *, actor: Actor = None) -> None:
        services.cancel(job=self.job, actor=actor, reason=reason)


class Runtime(WithoutStrategy):
    """The one Runtime, as a program sees it: the django-q2 cluster that `manage.py runtime` keeps.

    `thread_pool_size` is accepted from old code and makes no pool: threads belong to the cluster (ROUTILUX_WORKERS
    times ROUTILUX_THREADS, on any number of hosts). To bound one flow, give it `max_workers`.
    """

    def __init__(self, thread_pool_size: int | None = None, **retired: Any) -> None:
        refuse_keywords("Runtime", retired)
        if thread_pool_size is not None and (type(thread_pool_size) is not int or thread_pool_size < 0):
            raise ValueError(f"thread_pool_size={thread_pool_size!r} is not accepted: a whole number of at least 0 is.")
        self.thread_pool_size = thread_pool_size
        if thread_pool_size is not None:
            logger.info(self.explanation)

    @property
    def explanation(self) -> str:
        """What becomes of `thread_pool_size`."""
        return (
            f"thread_pool_size={self.thread_pool_size} makes no pool: jobs run on the threads of the cluster "
            "(settings ROUTILUX_WORKERS and ROUTILUX_THREADS). To bound one flow, give it max_workers."
        )

    def exec(
        self,
        flow: Flow | FlowPrototype | str,
        entry: str | None = None,
        *,
        entry_params: Mapping[str, Any] | None = None,
        actor: Actor = None,
        **retired: Any,
    ) -> JobHandle:
        """Start a job of a stored flow, or of a Flow object, and return at once.

        A flow with `keep_open` begins without an item when `entry_params` is not given, and waits for `post`.
        """
        refuse_keywords("exec", retired)
        stored, overrides = _stored(flow)
        spec_opens = entry_params is None and _keeps_open(stored, overrides)
        params = None if spec_opens else dict(entry_params or {})
        return launch(stored, entry=entry, input=params, overrides=overrides, actor=actor)

    def post(
        self,
        flow: Flow | FlowPrototype | str,
        node: str,
        slot: str,
        data: Mapping[str, Any],
        job: JobHandle | None = None,
        **retired: Any,
    ) -> JobHandle:
        """Put `data` into a slot: of `job`, or without one of a new job of `flow`. Returns the job's handle at once."""
        refuse_keywords("post", retired)
        stored, overrides = _stored(flow)
        if job is None:
            return launch(stored, entry=f"{node}.{slot}", input=dict(data), overrides=overrides)
        if job.job.flow_id != stored.pk:
            raise WrongState(f"The job {job.id} is none of the flow {stored.name!r}.", path="job")
        job.post(node, slot, data)
        return job


def launch(flow: FlowPrototype, *, actor: Actor = None, **asked: Any) -> JobHandle:
    """Trigger a job through the verb and hold it; `asked` are the fields of Launch."""
    return JobHandle(services.trigger(flow=flow, launch=Launch(**asked), actor=actor).job.pk)


def _stored(flow: Flow | FlowPrototype | str) -> tuple[FlowPrototype, dict[str, Any]]:
    if isinstance(flow, Flow):
        return stored_flow(flow)
    return (flow if isinstance(flow, FlowPrototype) else flow_by_name(flow)), {}


def _keeps_open(flow: FlowPrototype, overrides: Mapping[str, Any]) -> bool:
    asked = overrides.get("settings", {}).get("keep_open")
    return bool(flow.head and flow.head.spec.keep_open) if asked is None else bool(asked)
