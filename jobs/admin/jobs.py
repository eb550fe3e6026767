from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.admin.base import ReadOnlyAdmin
from jobs.models import Job
from jobs.pages.looks import word
from jobs.pages.said import short_id
from jobs.search.apply import id_range
from jobs.states import JobStatus
from routilux_site.lib.badges import badge

_KINDS = {JobStatus.COMPLETED: "ok", JobStatus.FAILED: "bad"}
_FIELDS = ("status", "flow__name", "revision__number", "actor__username", "error_summary", "created_at", "finished_at")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """A view for administrators; the pages under /jobs/ show steps, data and errors."""

    list_display = ["begins_with", "state", "flow_revision", "actor", "created_at", "error_summary"]
    list_filter = ["status"]
    list_select_related = ["flow", "revision", "actor"]
    ordering = ["-id"]
    search_fields = ["id"]
    search_help_text = "The beginning of a job id"
    fields = [
        "page", "status", "flow", "revision", "entry", "priority", "actor", "request_id",
        "created_at", "started_at", "finished_at", "error_node", "error_summary", "keep_open", "max_attempts",
    ]  # fmt: skip
    view_on_site = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        rows: QuerySet[Job] = super().get_queryset(request)
        is_list = request.resolver_match is not None and str(request.resolver_match.url_name).endswith("_changelist")
        return rows.select_related("flow", "revision", "actor").only(*_FIELDS) if is_list else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By a range of the key: Django would cast every id to text, which no index can serve."""
        if not search_term.strip():
            return queryset, False
        found = id_range(search_term)
        return (queryset.filter(pk__range=found) if found else queryset.none()), False

    @admin.display(description="job")
    def begins_with(self, job: Job) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', short_id(job.pk))

    @admin.display(description="status")
    def state(self, job: Job) -> SafeString:
        return badge(_KINDS.get(JobStatus(job.status), "wait"), word(job.status))

    @admin.display(description="flow")
    def flow_revision(self, job: Job) -> str:
        return f"{job.flow.name} #{job.revision.number}"

    @admin.display(description="job page")
    def page(self, job: Job) -> SafeString:
        return format_html('<a href="{}">Steps, data and errors of this job</a>', job.get_absolute_url())
