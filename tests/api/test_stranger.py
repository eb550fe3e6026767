"""Charlie can log in and may do nothing. Made from the URLconf, so that a new endpoint cannot be forgotten."""

from __future__ import annotations

import pytest
from django.test import Client

from jobs.models import Job
from templates_app.models import FlowPrototype, Prototype, Revision
from tests.api.endpoints import PATTERNS, address

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
NAMES = [str(pattern.name) for pattern in PATTERNS]


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
