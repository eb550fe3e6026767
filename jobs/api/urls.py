from __future__ import annotations

from django.urls import path

from jobs.api.views import control, jobs, steps, trigger, uploads

urlpatterns = [
    path("flows/<str:name>/jobs", trigger.FlowJobs.as_view(), name="flow-jobs"),
    path("jobs", jobs.JobList.as_view(), name="jobs"),
    path("jobs/<uuid:job>", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<uuid:job>/events", jobs.JobEvents.as_view(), name="job-events"),
    path("jobs/<uuid:job>/cancel", control.JobCancel.as_view(), name="job-cancel"),
    path("jobs/<uuid:job>/pause", control.JobPause.as_view(), name="job-pause"),
    path("jobs/<uuid:job>/resume", control.JobResume.as_view(), name="job-resume"),
    path("jobs/<uuid:job>/retry", control.JobRetry.as_view(), name="job-retry"),
    path("jobs/<uuid:job>/rerun", trigger.JobRerun.as_view(), name="job-rerun"),
    path("jobs/<uuid:job>/items", control.JobItems.as_view(), name="job-items"),
    path("jobs/<uuid:job>/close", control.JobClose.as_view(), name="job-close"),
    path("jobs/<uuid:job>/steps", steps.StepList.as_view(), name="job-steps"),
    path("jobs/<uuid:job>/steps/<int:step>", steps.StepDetail.as_view(), name="job-step"),
    path("jobs/<uuid:job>/steps/<int:step>/skip", control.StepSkip.as_view(), name="job-step-skip"),
    path("jobs/<uuid:job>/steps/<int:step>/output", control.StepOutput.as_view(), name="job-step-output"),
    path("uploads", uploads.UploadList.as_view(), name="uploads"),
    path("uploads/<str:name>", uploads.UploadDetail.as_view(), name="upload"),
]
