from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from templates_app.api.views import catalog, comparing, copies, exchange, layers, revisions, templates

OF_TEMPLATES: dict[str, tuple[Any, dict[str, Any]]] = {
    "": (templates.TemplateDetail, {}),
    "impact": (templates.TemplateImpact, {}),
    "variants": (copies.TemplateVariants, {}),
    "duplicates": (copies.TemplateDuplicates, {}),
    "promote": (layers.TemplateVerb, {"verb": layers.PROMOTE}),
    "reset": (layers.TemplateVerb, {"verb": layers.RESET}),
    "detach": (layers.TemplateVerb, {"verb": layers.DETACH}),
    "rebase": (layers.TemplateRebase, {}),
    "rules": (layers.TemplateRules, {}),
    "archive": (layers.TemplateVerb, {"verb": layers.ARCHIVE}),
    "unarchive": (layers.TemplateVerb, {"verb": layers.UNARCHIVE}),
    "explain": (layers.TemplateExplain, {}),
}


def _of_kind(kind: str) -> list[URLPattern]:
    """`flows`, `flows/<name>`, `flows/<name>/impact`, ...: names `flows`, `flow`, `flow-impact`, ..."""
    rows = [path(f"{kind}s", templates.TemplateList.as_view(kind=kind), name=f"{kind}s")]
    for verb, (view, more) in OF_TEMPLATES.items():
        route, name = (f"{kind}s/<str:name>/{verb}", f"{kind}-{verb}") if verb else (f"{kind}s/<str:name>", kind)
        rows.append(path(route, view.as_view(kind=kind, **more), name=name))
    return rows


urlpatterns = [
    *_of_kind("flow"),
    path("flows/<str:name>/revisions", revisions.FlowRevisions.as_view(), name="flow-revisions"),
    path("flows/<str:name>/revisions/<int:number>", revisions.FlowRevision.as_view(), name="flow-revision"),
    path("flows/<str:name>/revisions/<int:number>/restore", revisions.FlowRestore.as_view(), name="flow-restore"),
    *_of_kind("routine"),
    path("templates/compare", comparing.Compare.as_view(), name="templates-compare"),
    path("templates/export", exchange.Export.as_view(), name="templates-export"),
    path("templates/plan", exchange.Plan.as_view(), name="templates-plan"),
    path("templates/apply", exchange.Apply.as_view(), name="templates-apply"),
    path("templates/validate", exchange.Validate.as_view(), name="templates-validate"),
    path("catalog", catalog.Catalog.as_view(), name="catalog"),
    path("catalog/classes", catalog.Classes.as_view(), name="catalog-classes"),
    path("catalog/classes/<str:name>", catalog.Class.as_view(), name="catalog-class"),
]
