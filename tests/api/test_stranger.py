"""Charlie can log in and may do nothing. Made from the URLconf, so that a new endpoint cannot be forgotten."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from jobs.api.urls import urlpatterns as of_jobs
from jobs.models import Job
from templates_app.api.urls import urlpatterns as of_templates
from templates_app.models import FlowPrototype, Prototype, Revision

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
PATTERNS = [*of_jobs, *of_templates]
NAMES = [str(pattern.name) for pattern in PATTERNS]


def address(pattern: URLPattern, job: Job) -> str:
    name = "test_pass" if str(pattern.name).startswith(("routine", "catalog")) else "orders"
    known = {"name": name, "number": 1, "job": job.pk, "step": job.activations.get().pk}
    return reverse(f"api:{pattern.name}", kwargs={key: known[key] for key in pattern.pattern.converters})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_it_keeps_a_stranger_out(as_charlie: Client, job: Job, number: int, method: str) -> None:
    before = (Prototype.objects.count(), Revision.objects.count())

    response = getattr(as_charlie, method)(address(PATTERNS[number], job), content_type="application/json")

    assert response.status_code in (403, 404)
    assert Job.objects.get().status == "pending"
    assert (Prototype.objects.count(), Revision.objects.count()) == before


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_it_asks_who_is_there(client: Client, job: Job, orders: FlowPrototype, number: int) -> None:
    assert client.get(address(PATTERNS[number], job)).status_code == 401
