from __future__ import annotations

from django.urls import path

from templates_app.pages import compare, history, restore

app_name = "templates"

urlpatterns = [
    path("compare/", compare.compare_page, name="compare"),
    path("compare/patch.json", compare.patch_file, name="patch"),
    path("compare/differences.json", compare.differences_file, name="differences"),
    path("<slug:name>/revisions/", history.revision_list, name="revisions"),
    path("<slug:name>/revisions/<int:number>/", history.revision_page, name="revision"),
    path("<slug:name>/revisions/<int:number>.json", history.revision_file, name="revision-file"),
    path("<slug:name>/revisions/<int:number>/restore/", restore.restore_revision, name="restore"),
]
