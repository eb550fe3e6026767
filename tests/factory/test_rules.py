"""What a prototype forbids the layers below it, it forbids a program too."""

from __future__ import annotations

import pytest

from templates_app import services
from templates_app.factory import Flow, ObjectFactory
from templates_app.factory.errors import Unacceptable
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.factory.routines import DataProcessor


def test_it_refuses_to_create_past_a_lock(factory: ObjectFactory, processor: DataProcessor) -> None:
    factory.register("fast", processor)
    services.set_rule(RoutinePrototype.objects.get(name="fast"), path="config.timeout", rule={"locked": True})
    with pytest.raises(Unacceptable) as caught:
        factory.create("fast", config={"timeout": 60})
    assert (caught.value.path, caught.value.errors[0].code) == ("config.timeout", "locked")
    assert factory.create("fast", config={"retries": 9}).get_config("retries") == 9


def test_it_refuses_to_create_and_to_launch_out_of_bounds(factory: ObjectFactory, base_flow: Flow) -> None:
    factory.register("pipeline", base_flow)
    services.set_rule(FlowPrototype.objects.get(name="pipeline"), path="max_workers", rule={"max": 4})
    with pytest.raises(Unacceptable, match=r"settings\.max_workers: 5"):
        factory.create("pipeline", config={"max_workers": 5})
    with pytest.raises(Unacceptable, match=r"settings\.max_workers: 6"):
        factory.create("pipeline").set_config(max_workers=6).execute("processor")
