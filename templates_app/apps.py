from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TemplatesConfig(AppConfig):
    name = "templates_app"
    verbose_name = "Templates"

    def ready(self) -> None:
        from templates_app import catalog, checks  # noqa: F401 - importing the checks registers them

        catalog.autodiscover()
        post_migrate.connect(_sync, sender=self, dispatch_uid="templates_app.sync")


def _sync(*, apps: Any, using: str, **kwargs: Any) -> None:
    from templates_app import sync

    if using == "default" and sync.is_current(apps):
        sync.sync_catalog()
