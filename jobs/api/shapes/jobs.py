from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from jobs.addresses import address_of
from jobs.history import selectors
from jobs.history.selectors import Failure, Result
from jobs.models import Job, JobEvent
from jobs.states import JobStatus
from routilux_site.lib.api.docs import ProblemSerializer
from routilux_site.lib.api.fields import JSONObject
from templates_app.api.shapes.templates import RevisionSerializer


class Links(TypedDict):
    self: str
    events: str
    steps: str
    cancel: str
    page: str


def links_of(job: Job, request: Any) -> Links:
    root = f"{request.scheme}://{request.get_host()}"

    def to(name: str) -> str:
        return root + address_of(name)(job.pk)

    return {
        "self": to("api:job"),
        "events": to("api:job-events"),
        "steps": to("api:job-steps"),
        "cancel": to("api:job-cancel"),
        "page": to("jobs:detail"),
    }


def _moment(at: datetime | None) -> str | None:
    """As a DateTimeField has it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def _revision(job: Job) -> dict[str, Any]:
    return {"number": job.revision.number, "hash": job.revision.hash}


# The fields describe what is told of a job; `to_representation` says it without them, in a tenth of the time.


class AcceptedSerializer(serializers.ModelSerializer[Job]):
    """The same for a replay, however far the job has come meanwhile: `status` is the one at acceptance."""

    status = serializers.SerializerMethodField()
    flow = serializers.CharField(source="flow.name")
    revision = RevisionSerializer()
    links = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = ["id", "status", "flow", "revision", "created_at", "links"]

    @extend_schema_field({"type": "string", "enum": [JobStatus.PENDING.value, JobStatus.QUEUED.value]})
    def get_status(self, job: Job) -> str:
        return JobStatus.QUEUED if job.is_limited or job.start_at else JobStatus.PENDING

    def get_links(self, job: Job) -> Links:
        return links_of(job, self.context["request"])

    def to_representation(self, job: Job) -> dict[str, Any]:
        return {
            "id": str(job.pk),
            "status": self.get_status(job),
            "flow": job.flow.name,
            "revision": _revision(job),
            "created_at": _moment(job.created_at),
            "links": self.get_links(job),
        }


class BriefErrorSerializer(serializers.Serializer[Any]):
    node = serializers.CharField()
    summary = serializers.CharField()


class JobSerializer(serializers.ModelSerializer[Job]):
    flow = serializers.CharField(source="flow.name")
    revision = RevisionSerializer()
    error = serializers.SerializerMethodField()
    triggered_by = serializers.CharField(source="actor.username", default=None, allow_null=True)
    token = serializers.CharField(
        source="token.name", default=None, allow_null=True, help_text="The name of the token that it was triggered by."
    )
    rerun_of = serializers.UUIDField(source="origin_id", allow_null=True, help_text="The job that this one runs again.")
    links = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "id",
            "status",
            "flow",
            "revision",
            "entry",
            "priority",
            "triggered_by",
            "token",
            "rerun_of",
            "created_at",
            "start_at",
            "started_at",
            "finished_at",
            "error",
            "links",
        ]

    @extend_schema_field(BriefErrorSerializer(allow_null=True))
    def get_error(self, job: Job) -> dict[str, Any] | None:
        return {"node": job.error_node, "summary": job.error_summary} if job.status == JobStatus.FAILED else None

    def get_links(self, job: Job) -> Links:
        return links_of(job, self.context["request"])

    def to_representation(self, job: Job) -> dict[str, Any]:
        """Without a request, as in a command, there are no links."""
        links = {"links": self.get_links(job)} if "request" in self.context else {}
        return {
            "id": str(job.pk),
            "status": job.status,
            "flow": job.flow.name,
            "revision": _revision(job),
            "entry": job.entry,
            "priority": job.priority,
            "triggered_by": job.actor.username if job.actor else None,
            "token": job.token.name if job.token else None,
            "rerun_of": str(job.origin_id) if job.origin_id else None,
            "created_at": _moment(job.created_at),
            "start_at": _moment(job.start_at),
            "started_at": _moment(job.started_at),
            "finished_at": _moment(job.finished_at),
            "error": self.get_error(job),
            **links,
        }


class ProgressSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="Steps so far; grows while the job runs.")
    done = serializers.IntegerField(help_text="Completed, skipped, or failed and passed over.")
    running = serializers.IntegerField()
    waiting = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    running_nodes = serializers.ListField(child=serializers.CharField(), help_text="Nodes that have a running step.")


class ErrorSerializer(BriefErrorSerializer):
    step = serializers.IntegerField(allow_null=True, help_text="The step that failed.")
    type = serializers.CharField(help_text="Of the exception; empty when no code raised, as when workers died.")
    message = serializers.CharField()
    traceback = serializers.CharField()


@dataclass(frozen=True)
class Report:
    """What the detail of a job tells beside its own row."""

    progress: dict[str, Any]
    result: Result
    failure: Failure | None

    @classmethod
    def of(cls, job: Job, progress: dict[str, Any]) -> Report:
        return cls(progress=progress, result=selectors.result(job), failure=selectors.failure(job))


class JobDetailSerializer(JobSerializer):
    """Of a job that was read `in_full`; the context holds a Report as `report`."""

    variant_of = serializers.CharField(
        source="flow.parent.name", default=None, allow_null=True, help_text="The parent of its flow."
    )
    schedule = serializers.CharField(
        source="schedule.name", default=None, allow_null=True, help_text="The schedule that started it."
    )
    called_by = serializers.UUIDField(
        source="parent_id", allow_null=True, help_text="The job that called its flow; `?called_by=` lists such jobs."
    )
    fingerprint = serializers.CharField(help_text="Failures of a flow that are alike share it.")
    progress = serializers.SerializerMethodField(help_text="How many steps are in which state.")
    result = serializers.SerializerMethodField(
        help_text="Payloads that left the flow through events without a connection, by `node.event`."
    )
    result_truncated = serializers.SerializerMethodField(
        help_text="There is more than is shown; the outputs of the steps have all of it."
    )
    undelivered = serializers.IntegerField(
        allow_null=True, help_text="Items that no step took; null while the job may still take them."
    )
    dropped = serializers.IntegerField(
        help_text="Items that a full slot, a policy or somebody dropped; they are kept, see the items of the job."
    )

    class Meta(JobSerializer.Meta):
        fields = [
            *JobSerializer.Meta.fields,
            "variant_of",
            "schedule",
            "slot_at",
            "called_by",
            "fingerprint",
            "request_id",
            "progress",
            "result",
            "result_truncated",
            "undelivered",
            "dropped",
        ]

    @property
    def report(self) -> Report:
        report: Report = self.context["report"]
        return report

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, job: Job) -> Any:
        return self.report.failure

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, job: Job) -> dict[str, Any]:
        return self.report.progress

    def get_result(self, job: Job) -> dict[str, list[Any]]:
        return self.report.result.events

    def get_result_truncated(self, job: Job) -> bool:
        return self.report.result.truncated

    def to_representation(self, job: Any) -> dict[str, Any]:
        return {
            **super().to_representation(job),
            "variant_of": job.flow.parent.name if job.flow.parent else None,
            "schedule": job.schedule.name if job.schedule else None,
            "slot_at": _moment(job.slot_at),
            "called_by": str(job.parent_id) if job.parent_id else None,
            "fingerprint": job.fingerprint,
            "request_id": job.request_id,
            "progress": self.get_progress(job),
            "result": self.get_result(job),
            "result_truncated": self.get_result_truncated(job),
            "undelivered": job.undelivered,
            "dropped": job.dropped,
        }


class EventSerializer(serializers.ModelSerializer[JobEvent]):
    actor = serializers.CharField(source="actor.username", default=None, allow_null=True)
    data = JSONObject()  # type: ignore[assignment]

    class Meta:
        model = JobEvent
        fields = ["id", "at", "kind", "actor", "reason", "data"]


class OutcomeSerializer(serializers.Serializer[Any]):
    status = serializers.IntegerField(help_text="What the single trigger would have answered.")
    replayed = serializers.BooleanField(help_text="The key was seen before: the job is the one made then.")
    job = AcceptedSerializer(allow_null=True)
    problem = ProblemSerializer(allow_null=True, help_text="Why there is no job.")


class BulkSerializer(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = OutcomeSerializer(many=True, help_text="One for each job that was asked for, in the same order.")
