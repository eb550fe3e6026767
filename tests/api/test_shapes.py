"""What is said of a job without the fields of its serializer is what they describe."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory
from rest_framework.serializers import ModelSerializer

from jobs import services
from jobs.access import create_token
from jobs.api.shapes.jobs import AcceptedSerializer, JobDetailSerializer, JobSerializer, Report
from jobs.history import selectors
from jobs.history.progress import progress_of
from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.pages import rows


@pytest.fixture
def job(orders: FlowPrototype, bob: User) -> Job:
    """Run again, by a token, and failed: every field holds something."""
    first = rows.trigger(orders, bob)
    token = create_token(user=bob, name="n").token
    again = services.run_again(job=first, pinned=True, token=token.pk, actor=bob)
    rows.fail(again)
    return selectors.in_full(Job.objects.all()).get(pk=again.pk)


@pytest.mark.parametrize("shape", [AcceptedSerializer, JobSerializer, JobDetailSerializer])
def test_it_says_what_the_fields_describe(job: Job, shape: type[ModelSerializer[Job]]) -> None:
    report = Report.of(job, progress_of(job))
    told = shape(job, context={"request": RequestFactory().get("/"), "report": report})
    described = ModelSerializer.to_representation(told, job)

    assert told.data == described
    assert list(told.data) == list(described)
