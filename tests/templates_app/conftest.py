from __future__ import annotations

from typing import Any

import pytest

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.templates_app.routines import register_all

register_all()  # before the test database is made, so that migrating it makes their root prototypes


def pipeline(**settings: Any) -> dict[str, Any]:
    """first -> second, both of the routine prototype `fetcher`."""
    return {
        "nodes": {"first": {"routine": "fetcher"}, "second": {"routine": "fetcher", "config": {"retries": 9}}},
        "connections": [["first.fetched", "second.requests"]],
        "settings": settings,
    }


@pytest.fixture
def fetcher(db: None) -> RoutinePrototype:
    return services.create_routine("fetcher", base="t_fetch", own={"config": {"timeout": 60}})


@pytest.fixture
def flow(fetcher: RoutinePrototype) -> FlowPrototype:
    return services.create_flow("orders", document=pipeline())
