"""Something of every kind, so that every page has something to show.

A new model with pages of its own needs a row here; the suites that walk the routes say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from jobs import services
from jobs.access import create_token
from jobs.models import Cluster, Job, SavedView, Webhook, WebhookDelivery
from jobs.schedules import verbs as schedules
from jobs.steering import control
from samples.load import load
from templates_app import services as of_templates
from templates_app.models import FlowPrototype
from templates_app.wiring import document_of
from tests.engine import run_flow, run_jobs, start

#: How the jobs of the world stand; a page of a job is looked at with each.
STATES = ("completed", "failed", "running", "paused")


@contextmanager
def a_world() -> Iterator[None]:
    """Committed rows, so that servers and sessions see them; gone afterwards."""
    try:
        with override_settings(ROUTILUX={**settings.ROUTILUX, "LINGER": 0.0, "THREADS": 4}):
            furnish()
        yield
    finally:
        # Ids go on where they were: a process keeps the programs of revisions by their ids.
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


def furnish() -> None:
    """Bob may do everything because he was told so, ada because she is the superuser."""
    ada = User.objects.create_superuser("ada", "ada@example.org", "ada")
    bob = User.objects.create_user("bob", "bob@example.org", "bob", is_staff=True)
    bob.user_permissions.set(Permission.objects.all())
    User.objects.create_user("charlie", "charlie@example.org", "charlie")
    _templates(ada)
    _jobs(bob)
    _others(ada, bob)


def job(state: str) -> Job:
    return Job.objects.filter(status=state).earliest("id")


def _templates(ada: User) -> None:
    """`orders` gets a second revision; its variant `orders-express` comes with the samples."""
    list(load())
    orders = FlowPrototype.objects.get(name="orders")
    document = {**document_of(orders), "settings": {"entry": "read.input"}}
    of_templates.update_flow(orders, document=document, version=1, message="Start at the reader", actor=ada)
    entry: dict[str, Any] = {"content_type_id": ContentType.objects.get_for_model(FlowPrototype).pk}
    LogEntry.objects.create(user=ada, object_id=str(orders.pk), object_repr="orders", action_flag=CHANGE, **entry)


def _jobs(bob: User) -> None:
    orders = FlowPrototype.objects.get(name="orders")
    run_flow(orders, upload="orders.csv")
    start(orders, upload="no such file")
    run_jobs()
    launch = services.Launch(input={"upload": "orders.csv"})
    running, paused, pending = (services.trigger(flow=orders, launch=launch, actor=bob).job for _ in range(3))
    now = timezone.now()
    running.activations.update(status="running", attempt=1, started_at=now)
    Job.objects.filter(pk=running.pk).update(status="running", started_at=now)
    control.pause(job=paused, actor=bob, reason="Waiting for the new price list")
    assert {job(state).pk for state in STATES} >= {running.pk, paused.pk}, pending


def _others(ada: User, bob: User) -> None:
    create_token(user=ada, name="nightly import", flow_names=["orders"], days=1)
    Group.objects.create(name="operators")
    SavedView.objects.create(user=bob, name="failed today", query="status:failed since:24h")
    hook = Webhook.objects.create(name="erp", url="https://erp.example.org/", secret="whsec_", enabled=False)
    told = {"webhook": hook, "kind": "failed", "payload": {"type": "job.failed"}, "status": "dead"}
    WebhookDelivery.objects.create(id=1, event_id=1, job_id=job("failed").pk, **told)
    orders = FlowPrototype.objects.get(name="orders")
    daily = {"name": "daily", "flow": orders, "input": {"upload": "orders.csv"}, "cron": "30 6 * * *"}
    schedules.create(fields=daily, actor=bob)
    Cluster.objects.create(id="world", host="here", pid=1, workers=4)
