from __future__ import annotations

from django.urls import URLPattern, path

from jobs.api.views import jobs, steps, trigger, uploads
from jobs.api.views.control import OF_JOBS, OF_STEPS, JobVerb


def _verbs() -> list[URLPattern]:
    job, step = "jobs/<uuid:job>", "jobs/<uuid:job>/steps/<int:step>"
    of_jobs = [path(f"{job}/{name}", JobVerb.as_view(verb=verb), name=f"job-{name}") for name, verb in OF_JOBS.items()]
    return of_jobs + [
        path(f"{step}/{name}", JobVerb.as_view(verb=verb), name=f"job-step-{name}") for name, verb in OF_STEPS.items()
    ]


urlpatterns = [
    path("flows/<str:name>/jobs", trigger.FlowJobs.as_view(), name="flow-jobs"),
    path("jobs", jobs.JobList.as_view(), name="jobs"),
    path("jobs/<uuid:job>", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<uuid:job>/events", jobs.JobEvents.as_view(), name="job-events"),
    path("jobs/<uuid:job>/rerun", trigger.JobRerun.as_view(), name="job-rerun"),
    path("jobs/<uuid:job>/steps", steps.StepList.as_view(), name="job-steps"),
    path("jobs/<uuid:job>/steps/<int:step>", steps.StepDetail.as_view(), name="job-step"),
    *_verbs(),
    path("uploads", uploads.UploadList.as_view(), name="uploads"),
    path("uploads/<str:name>", uploads.UploadDetail.as_view(), name="upload"),
]
