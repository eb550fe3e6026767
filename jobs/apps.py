from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "Jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jobs import console, front
        from jobs.dryrun import draft
        from jobs.history.usage import usage_of_flows
        from jobs.runtime import process
        from templates_app import handin

        process.arm()
        handin.register_launcher(front.launch)
        handin.register_console(console.of_flow)
        handin.register_rehearsal(draft.try_draft)
        handin.register_usage(usage_of_flows)
