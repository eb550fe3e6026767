from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate


class TemplatesConfig(AppConfig):
    name = "templates_app"
    verbose_name = "Templates"

    def ready(self) -> None:
        from templates_app import catalog, checks  # noqa: F401 - importing the checks registers them

        catalog.autodiscover()
        post_migrate.connect(_sync, sender=self, dispatch_uid="templates_app.sync")


def _sync(*, using: str, **kwargs: Any) -> None:
    from templates_app import sync

    # `flush` sends no apps: it changes no tables, so today's models are right
    if using == "default" and sync.is_current(kwargs.get("apps", installed)):
        sync.sync_catalog()
