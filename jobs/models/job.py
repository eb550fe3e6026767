"""A job: one run of one revision, and the append-only record of what happened to it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from jobs.models.schedule import Schedule
from jobs.states import JOB_UNDER_WAY, JobStatus
from routilux_site.lib.ids import uuid7
from templates_app.models import FlowPrototype, Revision


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> JobQuerySet:
        """One place decides who sees which job: staff with the view permission see all, others their own."""
        if getattr(user, "is_active", False) and user.has_perm("jobs.view_job"):  # type: ignore[union-attr]
            return self.all()
        return self.filter(actor_id=user.pk) if user.pk else self.none()

    def holding_places(self) -> JobQuerySet:
        """Under way, as limits count it: a queued job that was paused holds no place."""
        return self.filter(admitted=True, status__in=[JobStatus.PENDING, JobStatus.RUNNING, JobStatus.PAUSED])


class Job(models.Model):
    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Flow, revision, actor and origin have indexes below that begin with them: those of their own would only be
    # written, at each change of a status.
    flow = models.ForeignKey(FlowPrototype, on_delete=models.PROTECT, related_name="jobs", db_index=False)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="jobs", db_index=False)
    status = models.CharField(max_length=16, choices=JobStatus.choices, default=JobStatus.PENDING)
    entry = models.CharField(max_length=130, blank=True, help_text="The node.slot that the input was put into.")
    priority = models.SmallIntegerField(default=0, help_text="Higher runs sooner.")
    keep_open = models.BooleanField(default=False)
    max_attempts = models.SmallIntegerField(default=3, help_text="Deaths of its worker after which a step is given up.")
    # Activations that are not finished. Maintained by the commit statement itself, so that the last of many parallel
    # steps knows that it is the last without counting rows.
    open = models.IntegerField(default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # By which token; without a constraint, as it says what was, also when its user and token are gone.
    token = models.ForeignKey(
        "jobs.ApiToken", null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    error_summary = models.CharField(max_length=300, blank=True)
    error_node = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=16, blank=True, db_default="", help_text="Failures alike share it.")
    # The job that this one runs again.
    origin = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="reruns", db_index=False)
    # What was laid over the flow for this one job: its revision holds it too, but not as what was said.
    overrides: models.JSONField[Any, Any] = models.JSONField(null=True)
    # The job whose step waits for this one. No constraints in the database: each new child would share-lock the row of
    # its parent, and two of them could then wait for each other.
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="children", db_index=False, db_constraint=False
    )
    parent_step_id = models.BigIntegerField(null=True)
    # Null, for nearly all jobs: a list costs bytes in each new version of the row.
    breakpoints = models.JSONField(null=True, help_text="Nodes whose steps are held before they start.")
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    started_at = models.DateTimeField(null=True)
    timeout = models.FloatField(null=True, help_text="Seconds from its first step until it is failed.")
    deadline_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Admission; see jobs.admission.gate. What holds a place under a limit is the unfinished admitted row itself:
    # there is no counter that a crash could leave behind.
    start_at = models.DateTimeField(null=True, help_text="Not before; as asked at the trigger.")
    admitted = models.BooleanField(default=True, db_default=True, help_text="False while it is queued.")
    admitted_at = models.DateTimeField(null=True, help_text="When it left the queue; counts under a rate limit.")
    admit_at = models.DateTimeField(null=True, help_text="While queued: when to look at it again; null, at any time.")
    concurrency_key = models.CharField(max_length=200, blank=True, default="", db_default="")
    concurrency_limit = models.IntegerField(null=True)
    rate_count = models.IntegerField(null=True)
    rate_seconds = models.IntegerField(null=True)
    # Exactly one job a slot, whatever number of hosts: see the constraint. Run by hand, it has a schedule and no slot.
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.PROTECT, related_name="jobs", db_index=False)
    slot_at = models.DateTimeField(null=True)
    serial = models.BooleanField(default=False, db_default=False, help_text="Waits for earlier jobs of its schedule.")

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("cancel_job", "Can cancel jobs"),
            ("control_job", "Can pause, resume, retry and mend jobs"),
            ("decide_job", "Can approve and reject what jobs wait for"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(open__gte=0), name="jobs_job_open_not_negative"),
            models.CheckConstraint(condition=Q(status__in=JobStatus.values), name="jobs_job_status_known"),
            models.UniqueConstraint(
                fields=["schedule", "slot_at"], name="jobs_job_one_a_slot", condition=Q(schedule__isnull=False)
            ),
            # Whatever crashes, a step never waits for two jobs at once. A retry of it may start another one.
            models.UniqueConstraint(
                "parent_step_id",
                name="jobs_job_one_child_under_way",
                condition=Q(parent_step_id__isnull=False, status__in=sorted(JOB_UNDER_WAY)),
            ),
        ]
        indexes = [
            # The list filtered by status or by flow, newest first, read by keyset on id.
            models.Index("status", F("id").desc(), name="jobs_job_status_newest"),
            models.Index("flow", F("id").desc(), name="jobs_job_flow_newest"),
            models.Index("actor", F("id").desc(), name="jobs_job_actor_newest"),
            # The jobs of a revision, newest first, of which there may be few among those of its flow.
            models.Index("revision", F("id").desc(), name="jobs_job_revision_newest"),
            # The jobs that ran another one again, for its page and the filter.
            models.Index("origin", "id", name="jobs_job_reruns", condition=Q(origin__isnull=False)),
            # What failed of one flow, newest first: rare among the jobs of a busy flow.
            models.Index("flow", F("id").desc(), name="jobs_job_flow_failed", condition=Q(status="failed")),
            # The newest failures of all flows, to be counted by kind: ten thousand, without reading a row of them.
            models.Index(
                fields=["id"], include=["flow", "fingerprint"], name="jobs_job_failures", condition=Q(status="failed")
            ),
            # Failures alike, newest first; the oldest of them says since when.
            models.Index("fingerprint", F("id").desc(), name="jobs_job_alike", condition=~Q(fingerprint="")),
            # The children of a job, for its page and when it ends or is paused.
            models.Index("parent", name="jobs_job_children", condition=Q(parent__isnull=False)),
            # The child of a step, for the sweep of ends that nobody told.
            models.Index("parent_step_id", name="jobs_job_of_step", condition=Q(parent_step_id__isnull=False)),
            # The sweep for jobs past their deadline.
            models.Index("deadline_at", name="jobs_job_deadline", condition=Q(status__in=["running", "paused"])),
            # Timers of the queue.
            models.Index(
                "admit_at", name="jobs_job_admit_at", condition=Q(status="queued") & Q(admit_at__isnull=False)
            ),
            # Whose turn is next: walked from key to key, and within a key in this order.
            models.Index(
                "flow",
                "concurrency_key",
                F("priority").desc(),
                "id",
                name="jobs_job_queue",
                condition=Q(status="queued") & Q(admit_at__isnull=True),
            ),
            # Places taken under a limit.
            models.Index(
                "concurrency_key",
                name="jobs_job_places",
                condition=Q(admitted=True) & Q(status__in=["pending", "running", "paused"]) & ~Q(concurrency_key=""),
            ),
            # How many began lately, for a rate limit.
            models.Index("flow", "admitted_at", name="jobs_job_rate", condition=Q(rate_count__isnull=False)),
            # Whether an earlier job of a schedule is still under way.
            models.Index(
                "schedule",
                name="jobs_job_schedule",
                condition=Q(schedule__isnull=False) & Q(status__in=["queued", "pending", "running", "paused"]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def get_absolute_url(self) -> str:
        return reverse("jobs:detail", args=[self.id])

    @property
    def is_terminal(self) -> bool:
        return JobStatus(self.status).is_terminal

    @property
    def is_limited(self) -> bool:
        """Do others of its flow bound when it may begin?"""
        return bool(self.concurrency_key) or self.rate_count is not None


class JobEvent(models.Model):
    """What happened to a job, when, by whom and why. Written in the transaction of the change; never updated."""

    # No constraint in the database: the row is written by the commit statement of a fenced step, where the check
    # would lock the job row for every concurrent step of a fan-out.
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events", db_constraint=False)
    at = models.DateTimeField(db_default=models.functions.Now())
    kind = models.CharField(max_length=32)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=500, blank=True, db_default="")
    data = models.JSONField(default=dict, db_default={})

    class Meta:
        ordering = ["id"]
        indexes = [
            # What somebody did, for when they are deleted; most events have nobody, and no entry.
            models.Index("actor", name="jobs_jobevent_actor", condition=Q(actor__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.kind
