from __future__ import annotations

import copy
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype
from tests.template_pages.people import person
from tests.templates_app.routines import register_all

register_all()  # before the test database is made, so that migrating it makes their root prototypes

FIRST: dict[str, Any] = {
    "nodes": {"read": {"routine": "t_fetch"}, "send": {"routine": "t_fetch", "config": {"retries": 9}}},
    "connections": [["read.fetched", "send.requests"]],
    "settings": {},
}


def second() -> dict[str, Any]:
    """Of FIRST: `send` is called `post`, `read` has another timeout, `log` came."""
    made = copy.deepcopy(FIRST)
    made["nodes"]["post"] = made["nodes"].pop("send")
    made["nodes"]["read"]["config"] = {"timeout": 77}
    made["nodes"]["log"] = {"routine": "t_fetch"}
    made["connections"] = [["read.fetched", "post.requests"], ["post.failed", "log.requests"]]
    return made


@pytest.fixture
def orders(bob: User) -> FlowPrototype:
    """A flow with two revisions."""
    flow = services.create_flow("orders", document=FIRST, actor=bob)
    services.update_flow(flow, document=second(), version=flow.version, message="Post and log", actor=bob)
    return flow


@pytest.fixture
def as_reader(db: None) -> Client:
    """May see flows, and nothing else."""
    client = Client()
    client.force_login(person("reader", "view_flowprototype"))
    return client
