from __future__ import annotations

from django.contrib.admin import AdminSite


class RoutiluxAdminSite(AdminSite):
    site_title = "Routilux"
    site_header = "Routilux"
    index_title = "Templates and people"
