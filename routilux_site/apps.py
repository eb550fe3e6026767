from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class RoutiluxSiteConfig(AppConfig):
    name = "routilux_site"
    verbose_name = "Routilux"

    def ready(self) -> None:
        import_module("routilux_site.checks")


class RoutiluxAdminConfig(AdminConfig):
    default_site = "routilux_site.admin.RoutiluxAdminSite"

    def ready(self) -> None:
        super().ready()
        # Its queue page unpickles, and its schedule page lets staff name any function to run.
        for model in apps.get_app_config("django_q").get_models():
            if admin.site.is_registered(model):
                admin.site.unregister(model)
