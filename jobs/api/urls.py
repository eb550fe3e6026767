from __future__ import annotations

from django.urls import path

from jobs.api.views import flows, jobs, steps, uploads

app_name = "api"

urlpatterns = [
    path("flows", flows.FlowList.as_view(), name="flows"),
    path("flows/<str:name>", flows.FlowDetail.as_view(), name="flow"),
    path("flows/<str:name>/jobs", flows.FlowJobs.as_view(), name="flow-jobs"),
    path("jobs", jobs.JobList.as_view(), name="jobs"),
    path("jobs/<uuid:job>", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<uuid:job>/events", jobs.JobEvents.as_view(), name="job-events"),
    path("jobs/<uuid:job>/cancel", jobs.JobCancel.as_view(), name="job-cancel"),
    path("jobs/<uuid:job>/steps", steps.StepList.as_view(), name="job-steps"),
    path("jobs/<uuid:job>/steps/<int:step>", steps.StepDetail.as_view(), name="job-step"),
    path("uploads", uploads.UploadList.as_view(), name="uploads"),
    path("uploads/<str:name>", uploads.UploadDetail.as_view(), name="upload"),
]
