"""All endpoints, from the URLconf, so that none can be forgotten."""

from __future__ import annotations

from uuid import UUID

from django.urls import URLPattern, reverse

from jobs.api.urls import urlpatterns as of_jobs
from jobs.models import ApiToken, Job, Schedule, Webhook, WebhookDelivery
from templates_app.api.urls import urlpatterns as of_templates

PATTERNS: list[URLPattern] = [*of_jobs, *of_templates]
WRITES = ("post", "put", "patch", "delete")


def known(pattern: URLPattern, job: Job) -> dict[str, object]:
    """What its address needs, for `job` and its flow `orders`, or for the class `test_pass`."""
    name = "test_pass" if str(pattern.name).startswith(("routine", "catalog")) else "orders"
    there = {
        "name": name,
        "number": 1,
        "job": job.pk,
        "step": job.activations.get().pk,
        "item": job.items.get().pk,
        "schedule": _schedule(job),
        "prefix": _prefix(job),
    }
    if "webhook" in pattern.pattern.converters:
        there["webhook"] = _webhook(job)
    return {key: there[key] for key in pattern.pattern.converters}


def _webhook(job: Job) -> UUID:
    """With a delivery of number 1, made for the purpose."""
    told = {"url": "https://erp.example.org/", "secret": "whsec_", "events": ["job.failed"], "created_by": job.actor}
    hook, _ = Webhook.objects.get_or_create(name="known", defaults=told)
    WebhookDelivery.objects.get_or_create(
        id=1, defaults={"webhook": hook, "event_id": 1, "job_id": job.pk, "kind": "job.failed", "payload": {}}
    )
    return hook.pk


def _schedule(job: Job) -> int:
    """Of the flow of the job, made for the purpose."""
    fields = {"flow": job.flow, "interval_seconds": 3600, "owner": job.actor}
    return Schedule.objects.get_or_create(name="known", defaults=fields)[0].pk


def _prefix(job: Job) -> str:
    """Of a token of whoever triggered the job, made for the purpose."""
    token, _ = ApiToken.objects.get_or_create(user=job.actor, name="known", prefix="known000", digest="x")
    return token.prefix


def address(pattern: URLPattern, job: Job) -> str:
    return reverse(f"api:{pattern.name}", kwargs=known(pattern, job))


def has(pattern: URLPattern, method: str) -> bool:
    return hasattr(getattr(pattern.callback, "cls", None), method)


def writes() -> list[tuple[URLPattern, str]]:
    """Each endpoint with each of its methods that take a body."""
    return [(pattern, method) for pattern in PATTERNS for method in WRITES if has(pattern, method)]
