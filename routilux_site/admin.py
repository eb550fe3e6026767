from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponseBase


class RoutiluxAdminSite(AdminSite):
    site_title = "Routilux"
    site_header = "Routilux"
    index_title = "Templates and people"

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:  # type: ignore[override]
        from routilux_site.login import held  # the views need the apps, which this site is made before

        return held(super().login)(request, extra_context)
