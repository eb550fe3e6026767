from __future__ import annotations

from typing import TypedDict

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


class NavItem(TypedDict):
    label: str
    url: str
    is_current: bool


# label, URL name, permission that one needs to be shown the way
NAV = (
    ("Dashboard", "jobs:dashboard", "jobs.view_job"),
    ("Jobs", "jobs:list", "jobs.view_job"),
    ("Flows", "admin:templates_app_flowprototype_changelist", "templates_app.view_flowprototype"),
    ("Routines", "admin:templates_app_routineprototype_changelist", "templates_app.view_routineprototype"),
    ("API docs", "api-docs", None),
)


def navigation(request: HttpRequest) -> dict[str, list[NavItem]]:
    items = [_item(request, label, name) for label, name, permission in NAV if _may(request, permission)]
    found = [item for item in items if item]
    # The longest address that fits: the dashboard lies below the jobs.
    here = max((item["url"] for item in found if request.path.startswith(item["url"])), key=len, default="")
    return {"nav_items": [{**item, "is_current": item["url"] == here} for item in found]}


def _may(request: HttpRequest, permission: str | None) -> bool:
    return permission is None or (hasattr(request, "user") and request.user.has_perm(permission))


def _item(request: HttpRequest, label: str, name: str) -> NavItem | None:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return None
    return {"label": label, "url": url, "is_current": False}
