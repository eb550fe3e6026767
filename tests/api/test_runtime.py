from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from jobs.access import create_token
from jobs.models import Cluster, Job, Session
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, get, refusal


def test_it_tells_how_the_runtime_stands(as_bob: Client, job: Job) -> None:
    Cluster.objects.create(id="c", host="h", pid=1, workers=4)
    Session.objects.create(host="h", pid=2, lanes=10)

    told = get(as_bob, "runtime").json()

    assert (told["live_sessions"], told["supervisors"], told["clusters"][0]["host"]) == (1, 1, "h")
    assert told["oldest_runnable_seconds"] >= 0


def test_it_tells_of_lanes_and_of_the_database(as_bob: Client, job: Job) -> None:
    session = Session.objects.create(host="h", pid=2, lanes=10)
    Session.objects.create(host="h", pid=3, lanes=10, ended_at=timezone.now())
    job.activations.update(status="running", session_id=session.pk)

    told = get(as_bob, "runtime").json()

    assert (told["lanes"], told["busy_lanes"]) == (10, 1)
    assert {"jobs_job", "jobs_activation"} <= {table["table"] for table in told["tables"]}


def test_it_lists_sessions(as_bob: Client) -> None:
    live = Session.objects.create(host="h", pid=2, lanes=10)
    Session.objects.create(host="h", pid=3, lanes=10, ended_at=timezone.now() - timedelta(hours=1))

    assert len(get(as_bob, "runtime/sessions").json()["results"]) == 2
    assert [row["id"] for row in get(as_bob, "runtime/sessions?live=true").json()["results"]] == [str(live.pk)]


def test_it_is_closed_to_limited_tokens(bob: User, orders: FlowPrototype) -> None:
    limited = bearer(create_token(user=bob, name="n", flow_names=["orders"]).text)

    assert refusal(get(limited, "runtime")) == (403, "permission-denied")
    assert refusal(get(limited, "runtime/sessions")) == (403, "permission-denied")
