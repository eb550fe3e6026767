from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from jobs import services
from jobs.access import create_token
from jobs.models import Job
from templates_app import services as services_of_templates
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.engine import make_flow

SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 0}}}


@pytest.fixture
def orders(db: None) -> FlowPrototype:
    """first -> second; its input needs a whole number `n`."""
    nodes = {"first": "test_pass", "second": "test_pass"}
    return make_flow("orders", nodes, ["first.output second.input"], entry="first.input", input_schema=SCHEMA)


@pytest.fixture
def job(orders: FlowPrototype, bob: User) -> Job:
    """Triggered by Bob; nobody runs it."""
    return services.trigger(flow=orders, launch=services.Launch(input={"n": 1}), actor=bob).job


@pytest.fixture
def fast(db: None) -> RoutinePrototype:
    """A routine of alice's making, on a class of the catalog."""
    return services_of_templates.create_routine("fast", base="test_spread", own={"config": {"count": 5}})


@pytest.fixture
def report(fast: RoutinePrototype) -> FlowPrototype:
    """spread -> pass; its first node uses `fast`."""
    return make_flow("report", {"a": "fast", "b": "test_pass"}, ["a.output b.input"], max_workers=4)


@pytest.fixture
def ready(transactional_db: None, settings: Any) -> None:
    """For tests that run jobs: rows are committed, and sessions do not linger."""
    settings.ROUTILUX = {**settings.ROUTILUX, "LINGER": 0.0, "THREADS": 4}


@pytest.fixture
def token(bob: User) -> str:
    return create_token(user=bob, name="tests").text
