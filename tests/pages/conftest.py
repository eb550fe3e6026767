from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from jobs.models import Job
from templates_app.models import FlowPrototype
from templates_app.services import update_flow
from tests.engine import make_flow
from tests.pages import rows

SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 1}}}


@pytest.fixture
def orders(db: None) -> FlowPrototype:
    """first -> second; its input needs a whole number `n`."""
    nodes = {"first": "test_pass", "second": "test_pass"}
    return make_flow("orders", nodes, ["first.output second.input"], entry="first.input", input_schema=SCHEMA)


@pytest.fixture
def changed(orders: FlowPrototype) -> FlowPrototype:
    """`orders` with a second revision, which has a `max_workers`."""
    nodes = {"first": {"routine": "test_pass"}, "second": {"routine": "test_pass"}}
    settings = {"entry": "first.input", "input_schema": SCHEMA, "max_workers": 2}
    document = {"nodes": nodes, "connections": [["first.output", "second.input"]], "settings": settings}
    update_flow(orders, document=document, version=orders.version)
    return FlowPrototype.objects.select_related("head").get(pk=orders.pk)


@pytest.fixture
def job(orders: FlowPrototype, bob: User) -> Job:
    """Triggered by Bob; nobody runs it."""
    return rows.trigger(orders, bob)
