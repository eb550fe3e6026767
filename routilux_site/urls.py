from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

from jobs.api.urls import urlpatterns as of_jobs
from routilux_site import health, pages, views
from routilux_site.login import login
from templates_app.api.urls import urlpatterns as of_templates

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("login/", login, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("search/", pages.search, name="search"),
    path("search.json", pages.search_json, name="search-json"),
    path("help/", pages.help_page, name="help"),
    path("api/schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/docs", views.api_docs, name="api-docs"),
    path("api/v1/", include(([*of_templates, *of_jobs], "api"))),
    path("jobs/", include("jobs.pages.urls")),
    path("templates/", include("templates_app.pages.urls")),
    path("admin/", admin.site.urls),
]

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.page_not_found
handler500 = views.server_error
