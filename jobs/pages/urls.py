from __future__ import annotations

from django.urls import path

from jobs.pages import (
    again,
    bulkpage,
    comparejobs,
    controlform,
    dashboard,
    detail,
    downloads,
    dryrun,
    errors,
    joblist,
    step,
    trigger,
    viewforms,
    why,
)

app_name = "jobs"

urlpatterns = [
    path("", joblist.job_list, name="list"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("compare/", comparejobs.compare_jobs, name="compare"),
    path("errors/", errors.error_groups, name="errors"),
    path("bulk/<slug:verb>/", bulkpage.bulk_page, name="bulk"),
    path("views/", viewforms.save_view, name="save-view"),
    path("views/<int:view_id>/delete/", viewforms.delete_view, name="delete-view"),
    path("trigger/", trigger.choose_flow, name="choose"),
    path("trigger/<slug:name>/", trigger.trigger_flow, name="trigger"),
    path("dry-run/<slug:name>/", dryrun.dry_run_flow, name="dry-run"),
    path("<uuid:job_id>/", detail.job_detail, name="detail"),
    path("<uuid:job_id>/why/", why.why_page, name="why"),
    path("<uuid:job_id>/again/", again.run_again, name="again"),
    path("<uuid:job_id>/do/<slug:verb>/", controlform.control_job, name="do"),
    path("<uuid:job_id>/<slug:part>.json", downloads.job_part, name="part"),
    path("<uuid:job_id>/items/<int:item_id>.json", downloads.item, name="item"),
    path("<uuid:job_id>/steps/<int:step_id>/", step.step_detail, name="step"),
    path("<uuid:job_id>/steps/<int:step_id>/<slug:part>.json", downloads.step_part, name="step-part"),
]
