from __future__ import annotations

from django.urls import URLPattern, path

from jobs.api.views import (
    bulk,
    contents,
    dryrun,
    history,
    jobs,
    matching,
    runtime,
    schedules,
    steps,
    tokens,
    trigger,
    uploads,
    webhooks,
)
from jobs.api.views.control import OF_ITEMS, OF_JOBS, OF_STEPS, JobVerb
from jobs.steering.bulk import BulkVerb


def _verbs() -> list[URLPattern]:
    job, step = "jobs/<uuid:job>", "jobs/<uuid:job>/steps/<int:step>"
    of_jobs = [
        path(f"{job}/{name}", JobVerb.as_view(verb=verb), name=f"job-{name}")
        for name, verb in OF_JOBS.items()
        if name != "items"
    ]
    below = {"step": (step, OF_STEPS), "item": (f"{job}/items/<int:item>", OF_ITEMS)}
    return of_jobs + [
        path(f"{place}/{name}", JobVerb.as_view(verb=verb), name=f"job-{kind}-{name}")
        for kind, (place, verbs) in below.items()
        for name, verb in verbs.items()
    ]


urlpatterns = [
    path("flows/<str:name>/jobs", trigger.FlowJobs.as_view(), name="flow-jobs"),
    path("flows/<str:name>/dry-run", dryrun.FlowDryRun.as_view(), name="flow-dry-run"),
    path("jobs", jobs.JobList.as_view(), name="jobs"),
    path("jobs/bulk", bulk.JobsBulk.as_view(), name="jobs-bulk"),
    *[path(f"jobs/{verb}", matching.MatchingJobs.as_view(verb=verb), name=f"jobs-{verb}") for verb in BulkVerb],
    path("jobs/compare", history.JobsCompare.as_view(), name="jobs-compare"),
    path("jobs/failures", history.Failures.as_view(), name="jobs-failures"),
    path("jobs/<uuid:job>", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<uuid:job>/events", jobs.JobEvents.as_view(), name="job-events"),
    path("jobs/<uuid:job>/inputs", contents.JobInputs.as_view(), name="job-inputs"),
    path("jobs/<uuid:job>/outputs", contents.JobOutputs.as_view(), name="job-outputs"),
    path("jobs/<uuid:job>/queues", contents.JobQueues.as_view(), name="job-queues"),
    path("jobs/<uuid:job>/why", history.JobWhy.as_view(), name="job-why"),
    path("jobs/<uuid:job>/waiting", contents.JobWaiting.as_view(), name="job-waiting"),
    path("jobs/<uuid:job>/items", contents.JobItems.as_view(), name="job-items"),
    path("jobs/<uuid:job>/logs", contents.JobLogs.as_view(), name="job-logs"),
    path("jobs/<uuid:job>/rerun", trigger.JobRerun.as_view(), name="job-rerun"),
    path("jobs/<uuid:job>/steps", steps.StepList.as_view(), name="job-steps"),
    path("jobs/<uuid:job>/steps/<int:step>", steps.StepDetail.as_view(), name="job-step"),
    *_verbs(),
    path("runtime", runtime.RuntimeDetail.as_view(), name="runtime"),
    path("runtime/sessions", runtime.SessionList.as_view(), name="sessions"),
    path("tokens", tokens.TokenList.as_view(), name="tokens"),
    path("tokens/<str:prefix>/rotate", tokens.TokenRotate.as_view(), name="token-rotate"),
    path("tokens/<str:prefix>/revoke", tokens.TokenRevoke.as_view(), name="token-revoke"),
    path("uploads", uploads.UploadList.as_view(), name="uploads"),
    path("uploads/<str:name>", uploads.UploadDetail.as_view(), name="upload"),
    path("webhooks", webhooks.WebhookList.as_view(), name="webhooks"),
    path("webhooks/<uuid:webhook>", webhooks.WebhookDetail.as_view(), name="webhook"),
    path("webhooks/<uuid:webhook>/rotate", webhooks.WebhookRotate.as_view(), name="webhook-rotate"),
    path("webhooks/<uuid:webhook>/deliveries", webhooks.DeliveryList.as_view(), name="webhook-deliveries"),
    path("webhooks/<uuid:webhook>/deliveries/<int:number>/resend", webhooks.Resend.as_view(), name="webhook-resend"),
    path("schedules", schedules.ScheduleList.as_view(), name="schedules"),
    path("schedules/<int:schedule>", schedules.ScheduleDetail.as_view(), name="schedule"),
    path("schedules/<int:schedule>/pause", schedules.PAUSE, name="schedule-pause"),
    path("schedules/<int:schedule>/resume", schedules.RESUME, name="schedule-resume"),
    path("schedules/<int:schedule>/run-now", schedules.ScheduleRun.as_view(), name="schedule-run"),
]
