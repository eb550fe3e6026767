from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.engine import make_flow
from tests.pages import rows

SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 1}}}


@pytest.fixture
def orders(db: None) -> FlowPrototype:
    """first -> second; its input needs a whole number `n`."""
    nodes = {"first": "test_pass", "second": "test_pass"}
    return make_flow("orders", nodes, ["first.output second.input"], entry="first.input", input_schema=SCHEMA)


@pytest.fixture
def job(orders: FlowPrototype, bob: User) -> Job:
    """Triggered by Bob; nobody runs it."""
    return rows.trigger(orders, bob)
