from __future__ import annotations

import pytest

from templates_app.models import FlowPrototype
from tests.engine import make_flow


@pytest.fixture
def line(engine: None) -> FlowPrototype:
    return make_flow("line", {"a": "test_pass", "b": "test_pass"}, ["a.output b.input"])


@pytest.fixture
def broken(engine: None) -> FlowPrototype:
    return make_flow("broken", {"a": {"routine": "test_flaky", "config": {"times": 9}}})
