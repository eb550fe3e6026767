"""A Postgres of its own with a long history, people, flows and a token: what pages and requests are asked of."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client

from benchmarks import history
from benchmarks.asking import Question
from jobs.access import create_token
from jobs.models import Activation, Job
from routilux_site import postgres
from templates_app import services
from templates_app.models import FlowPrototype

FLOWS = ("orders", "billing", "refunds", "returns", "imports", "reports", "mails", "cleanup")
PEOPLE = ("alice", "bob", "nightly", "shop")
STEPS = 20_000  #: of the big job
MAY = ("trigger_flowprototype", "view_flowprototype", "view_job")
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}
DOCUMENT: dict[str, Any] = {
    "nodes": {"first": {"routine": "mapper"}, "second": {"routine": "mapper"}},
    "connections": [["first.output", "second.input"]],
    "settings": {"entry": "first.input", "input_schema": SCHEMA},
}


@dataclass(frozen=True, slots=True)
class Scene:
    """`reader` may do everything and is logged in; `caller` has a token and may trigger, but is no superuser."""

    reader: Client
    caller: Client
    big: Job = field(repr=False)
    small: Job = field(repr=False)

    def questions(self) -> list[Question]:
        """About single jobs, and to start one."""
        big, small = self.big.get_absolute_url(), self.small.get_absolute_url()
        step = Activation.objects.filter(job=self.big, status="failed").latest("id")
        older = f"/jobs/?cursor=after.{_in_the_middle()}"
        trigger = partial(_post, self.caller)
        return [
            Question("list of jobs, from the middle on", self.reader, older),
            Question("a job", self.reader, small),
            Question(f"a job of {STEPS:,} steps", self.reader, big),
            Question("… its failed steps", self.reader, f"{big}?status=failed"),
            Question("… one of its steps", self.reader, f"{big}steps/{step.pk}/"),
            Question("REST: that job, with a token", self.caller, f"/api/v1/jobs/{self.big.pk}"),
            Question("REST: a job, with a token", self.caller, f"/api/v1/jobs/{self.small.pk}"),
            Question("REST: trigger a job, with a token", self.caller, send=trigger),
            Question("… with an idempotency key", self.caller, send=partial(trigger, key=True)),
        ]


@contextmanager
def a_scene(rows: int) -> Iterator[Scene]:
    postgres.ensure()
    try:
        call_command("migrate", verbosity=0)
        user = User.objects.filter(username="bench").first() or _made(rows)
        yield _scene(user)
    finally:
        postgres.stop()


def _made(rows: int) -> User:
    user = User.objects.create_superuser("bench")
    people = [user, *(User.objects.create_user(name) for name in PEOPLE)]
    flows = [services.create_flow(name, document=DOCUMENT).pk for name in FLOWS]
    found = sorted(FlowPrototype.objects.filter(pk__in=flows), key=lambda flow: flows.index(flow.pk))
    history.seed(found, rows=rows, actors=[one.pk for one in people], steps=True)
    history.widen(Job.objects.filter(status="failed").latest("id").pk, steps=STEPS)
    history.settle()
    return user


def _scene(user: User) -> Scene:
    reader = Client(SERVER_NAME="localhost")
    reader.force_login(user)
    caller = User.objects.create_user(f"caller-{secrets.token_hex(4)}")
    caller.user_permissions.set(Permission.objects.filter(codename__in=MAY))
    token = create_token(user=caller, name="bench").text
    failed = Job.objects.filter(status="failed", fingerprint__gt="").order_by("-id")
    headers = {"Authorization": f"Bearer {token}"}
    return Scene(reader, Client(SERVER_NAME="localhost", headers=headers), big=failed[0], small=failed[1])


def _in_the_middle() -> Any:
    oldest, newest = Job.objects.earliest("id").pk.int, Job.objects.latest("id").pk.int
    return Job.objects.filter(pk__gt=history.halfway(oldest, newest)).earliest("id").pk


def _post(client: Client, *, key: bool = False) -> Any:
    headers = {"Idempotency-Key": secrets.token_hex(8)} if key else {}
    body = json.dumps({"input": {"n": 1}})
    return client.post("/api/v1/flows/orders/jobs", body, content_type="application/json", headers=headers)
