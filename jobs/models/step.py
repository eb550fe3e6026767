"""Steps of a job: activations, the items between them, durable node state, and what a step said.

Foreign keys to the job carry no database constraint: these rows are only ever written by a statement that holds a
fenced activation of that job, and the check would share-lock one job row from every step of a fan-out.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jobs.models.job import Job
from jobs.states import STEP_IDLE, StepStatus, WaitKind

_DUE = ["parked", "retrying"]


def _job(related_name: str) -> models.ForeignKey[Job, Job]:
    return models.ForeignKey(Job, models.CASCADE, related_name=related_name, db_constraint=False, db_index=False)


class Activation(models.Model):
    """One run of one node's logic inside a job (a step)."""

    job = models.ForeignKey(
        Job, on_delete=models.CASCADE, related_name="activations", db_constraint=False, db_index=False
    )
    node = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=StepStatus.choices)
    # Counted at every claim; session and attempt together are the fence of all writes of a lane.
    attempt = models.IntegerField(default=0, db_default=0)
    errors = models.IntegerField(default=0, db_default=0, help_text="Calls that raised.")
    deaths = models.IntegerField(default=0, db_default=0, help_text="Workers that died while running it.")
    alone = models.BooleanField(
        default=False, db_default=False, help_text="It is suspected of killing workers: it runs with nothing beside it."
    )
    session_id = models.UUIDField(null=True)
    priority = models.SmallIntegerField(default=0, db_default=0)
    cause_id = models.BigIntegerField(null=True, help_text="The activation whose item started this one.")
    ordinal = models.IntegerField(default=0, db_default=0, help_text="Its place among the activations of one commit.")
    message = models.JSONField(null=True, help_text="What the activation policy said.")
    on_loop = models.BooleanField(
        default=False, db_default=False, help_text="Its logic is a coroutine: it waits on an event loop, not on a lane."
    )
    due_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(db_default=Now(), help_text="Since when it could have run; in no index.")
    error_summary = models.CharField(max_length=300, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            # The job page and retention.
            models.Index("job", "id", name="jobs_activation_job"),
            # Claiming: only what is ready, for lanes and for the loop apart, in the order in which it is taken.
            models.Index(
                "on_loop", F("priority").desc(), "id", name="jobs_activation_runnable", condition=Q(status="ready")
            ),
            # The look of each session, every second, whether there is a suspect; nearly always empty.
            models.Index("id", name="jobs_activation_suspect", condition=Q(status="ready", alone=True)),
            # Rescue of a dead session.
            models.Index("session_id", name="jobs_activation_session", condition=Q(status="running")),
            # Waking of retries, and of parked steps whose time is up.
            models.Index("due_at", name="jobs_activation_due", condition=Q(status__in=_DUE, due_at__isnull=False)),
            # The sweep for steps that were held for a pause which ended while they were being written.
            models.Index("ready_at", name="jobs_activation_held", condition=Q(status="held")),
            # What takes up no lane, oldest first: held back by max_workers, at a breakpoint, parked. Mostly empty.
            models.Index("job", "id", name="jobs_activation_idle", condition=Q(status__in=sorted(STEP_IDLE))),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=StepStatus.values), name="jobs_activation_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.node}#{self.pk}"


class Item(models.Model):
    """One emitted payload: waiting in a slot, taken by an activation, or (without a node) part of the job's result."""

    job = _job("items")
    source_id = models.BigIntegerField(null=True, help_text="The activation that emitted it; null for the job's input.")
    source_node = models.CharField(max_length=64, blank=True, db_default="")
    event = models.CharField(max_length=64, blank=True, db_default="")
    node = models.CharField(max_length=64, blank=True, db_default="")
    slot = models.CharField(max_length=64, blank=True, db_default="")
    payload: models.JSONField[Any, Any] = models.JSONField()
    consumed_by_id = models.BigIntegerField(null=True, help_text="The activation that took it; 0: it was dropped.")

    class Meta:
        ordering = ["id"]
        indexes = [
            # Input of a step, also read by the claim; output of a step.
            models.Index("consumed_by_id", name="jobs_item_consumer", condition=Q(consumed_by_id__isnull=False)),
            models.Index("source_id", name="jobs_item_source", condition=Q(source_id__isnull=False)),
            # Queues of a job: read by the router under the job's lock; what is left at the end is undelivered.
            models.Index("job", "id", name="jobs_item_waiting", condition=Q(consumed_by_id__isnull=True) & ~Q(node="")),
            # What left the flow through an event without a connection: the job's result.
            models.Index("job", "id", name="jobs_item_result", condition=Q(node="")),
            # What was dropped, for the page of a job.
            models.Index("job", "id", name="jobs_item_dropped", condition=Q(consumed_by_id=0)),
            # The input of a job.
            models.Index("job", "id", name="jobs_item_input", condition=Q(source_id__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.source_node}.{self.event} -> {self.node}.{self.slot}"


class NodeState(models.Model):
    """Durable state of one node in one job: `run.state` and what its policy has to remember."""

    job = models.ForeignKey(
        Job, on_delete=models.CASCADE, related_name="node_states", db_constraint=False, db_index=False
    )
    node = models.CharField(max_length=64)
    state = models.JSONField(default=dict, db_default={})
    version = models.IntegerField(default=0, db_default=0)
    policy_state = models.JSONField(null=True, help_text="What its custom policy remembers.")
    last_activation = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True, help_text="When its policy wants to be asked again.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "node"], name="jobs_nodestate_one_a_node")]
        indexes = [
            # The sweep of due timers.
            models.Index("look_at", name="jobs_nodestate_timer", condition=Q(look_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.node


class Wait(models.Model):
    """What a parked step waits for, and the answer once it is there. A later attempt that asks again asks anew."""

    step_id = models.BigIntegerField(primary_key=True, help_text="The activation.")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="waits", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=16, choices=WaitKind.choices)
    request = models.JSONField(default=dict, db_default={}, help_text="What was asked, for those who answer.")
    child = models.ForeignKey(
        Job, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    errors = models.IntegerField(default=0, help_text="Errors of the step when it asked; after another it asks anew.")
    asked_at = models.DateTimeField(db_default=Now())
    answer = models.JSONField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=WaitKind.values), name="jobs_wait_kind_known")]
        indexes = [
            # What a job waits for, on its page; and retention.
            models.Index("job", name="jobs_wait_job"),
            # The sweep for child jobs whose end nobody told.
            models.Index("step_id", name="jobs_wait_child", condition=Q(kind="child_job", answered_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of step {self.step_id}"


class StepLog(models.Model):
    """What one attempt of a step printed, logged and raised, and how far it came.

    Written while a long step runs, at most twice a second, and once more with its commit: what a step said before its
    worker died is kept.
    """

    activation_id = models.BigIntegerField()
    job = models.ForeignKey(
        Job, on_delete=models.CASCADE, related_name="step_logs", db_constraint=False, db_index=False
    )
    attempt = models.IntegerField()
    at = models.DateTimeField(db_default=Now())
    lines = models.JSONField(default=list, db_default=[])
    progress = models.JSONField(null=True, help_text="The newest `run.progress`: n, total and text.")
    error = models.JSONField(null=True)

    class Meta:
        ordering = ["id"]
        # Also the index for reading the attempts of a step.
        constraints = [models.UniqueConstraint(fields=["activation_id", "attempt"], name="jobs_steplog_one_an_attempt")]

    def __str__(self) -> str:
        return f"attempt {self.attempt}"
