from __future__ import annotations

from typing import Any

import pytest

from templates_app import services
from templates_app.factory import Flow, ObjectFactory
from templates_app.factory.errors import NotFound, NotStorable, Unacceptable
from templates_app.models import FlowPrototype, Prototype
from templates_app.routines import ErrorHandler, batch_policy
from tests.factory.routines import DataProcessor, Ways, process_data_logic, two_lists


@pytest.fixture
def fast(factory: ObjectFactory, processor: DataProcessor) -> Prototype:
    factory.register("fast", processor)
    return Prototype.objects.get(name="fast")


def test_it_works_on_the_class_and_on_the_instance_alike(fast: Prototype) -> None:
    for door in (ObjectFactory, ObjectFactory.get_instance()):
        made = door.create("fast")
        assert (type(made), made.get_config("timeout"), made.call) == (DataProcessor, 30, process_data_logic)
    assert ObjectFactory.get_instance() is ObjectFactory.get_instance()


def test_it_lets_config_win_key_by_key(factory: ObjectFactory, fast: Prototype) -> None:
    made = factory.create("fast", config={"timeout": 60})
    assert (made.get_config("timeout"), made.get_config("retries")) == (60, 3)


def test_it_overrides_policy_logic_and_handler(factory: ObjectFactory, fast: Prototype) -> None:
    handler = ErrorHandler("retry", max_retries=9)
    made = factory.create("fast", None, batch_policy(3), "process_data", handler)
    assert (made.activation_policy, made.call, made.handler) == (batch_policy(3), process_data_logic, handler)
    assert factory.create("fast").own_policy is None


def test_it_takes_a_policy_as_data(factory: ObjectFactory, fast: Prototype) -> None:
    assert factory.create("fast", override_policy={"type": "immediate"}).own_policy is not None
    with pytest.raises(Unacceptable, match=r"policy\.type"):
        factory.create("fast", override_policy={"type": "sometimes"})


@pytest.mark.parametrize(
    ("config", "path"),
    [({"timeout": 0}, "config.timeout"), ({"x": 1}, "config.x"), ({"nested": {"a": 1}}, "config.nested.a")],
)
def test_it_refuses_config_that_the_class_refuses(
    factory: ObjectFactory, fast: Prototype, config: dict[str, Any], path: str
) -> None:
    with pytest.raises(Unacceptable) as caught:
        factory.create("fast", config=config)
    assert caught.value.path == path


@pytest.mark.parametrize("config", [[], "x", 3, {1: 2}])
def test_it_refuses_config_that_is_no_object(factory: ObjectFactory, fast: Prototype, config: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        factory.create("fast", config=config)


def test_it_checks_the_shape_of_logic(factory: ObjectFactory, fast: Prototype) -> None:
    with pytest.raises(TypeError, match="takes the lists"):
        factory.create("fast", override_logic=two_lists)


@pytest.mark.parametrize("name", ["nobody", "", "a\0", None, 3])
def test_it_names_what_is_there(factory: ObjectFactory, fast: Prototype, name: Any) -> None:
    with pytest.raises(NotFound, match=r"not found. Available: \[.*'fast'"):
        factory.create(name)


def test_it_finds_no_archived_prototype(factory: ObjectFactory, fast: Prototype) -> None:
    factory.unregister("fast")
    with pytest.raises(ValueError, match="Prototype 'fast' not found"):
        factory.create("fast")


def test_it_creates_what_operators_made(factory: ObjectFactory, fast: Prototype) -> None:
    own = {"config": {"retries": 8}, "slots": {"input": {"capacity": 7}}, "policy": None}
    services.create_variant(fast, name="careful", overrides=own)
    made = factory.create("careful")
    assert (made.get_config("timeout"), made.get_config("retries"), made.slots["input"].capacity) == (30, 8, 7)


def test_it_gives_a_routine_the_ports_that_its_config_asks_for(factory: ObjectFactory) -> None:
    factory.register("ways", Ways().set_config(ways=["left", "right"]))
    assert list(factory.create("ways").events) == ["left", "right"]
    assert list(factory.create("ways", config={"ways": ["up"]}).events) == ["up"]


def test_it_makes_a_flow_with_settings_and_overrides_of_nodes(factory: ObjectFactory, base_flow: Flow) -> None:
    factory.register("pipeline", base_flow.set_error_handler(ErrorHandler("skip")))
    config = {"max_workers": 5, "timeout": 9.5, "nodes": {"processor": {"config": {"timeout": 77}}}}
    made = factory.create("pipeline", config=config)
    assert (made.max_workers, made.timeout, made.execution_timeout) == (5, 9.5, 9.5)
    assert made.routines["processor"].get_config("timeout") == 77
    assert made.get_error_handler() == ErrorHandler("skip")


def test_it_makes_a_flow_of_a_variant(factory: ObjectFactory, base_flow: Flow) -> None:
    factory.register("pipeline", base_flow)
    overrides = {"settings": {"max_workers": 3}, "nodes": {"processor": {"config": {"retries": 1}}}}
    services.create_variant(stored_flow("pipeline"), name="careful", overrides=overrides)
    made = factory.create("careful")
    assert (made.max_workers, made.routines["processor"].get_config("retries")) == (3, 1)
    assert made.connections == base_flow.connections


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"max_workers": 0}, "settings.max_workers"),
        ({"workers": 5}, "settings.workers"),
        ({"nodes": {"gone": {"config": {}, "timeout": 1}}}, "nodes.gone"),
        ({"nodes": {"processor": {"config": {"timeout": "x"}}}}, "nodes.processor.config.timeout"),
    ],
)
def test_it_refuses_config_that_the_flow_refuses(
    factory: ObjectFactory, base_flow: Flow, config: dict[str, Any], path: str
) -> None:
    factory.register("pipeline", base_flow)
    with pytest.raises(Unacceptable) as caught:
        factory.create("pipeline", config=config)
    assert caught.value.path == path


def test_it_tells_where_policy_and_logic_of_a_flow_belong(factory: ObjectFactory, base_flow: Flow) -> None:
    factory.register("pipeline", base_flow)
    with pytest.raises(NotStorable, match="A flow has no policy of its own: write config="):
        factory.create("pipeline", override_policy=batch_policy(10))
    with pytest.raises(NotStorable, match="A flow has no logic"):
        factory.create("pipeline", override_logic=process_data_logic)


def stored_flow(name: str) -> FlowPrototype:
    return FlowPrototype.objects.get(name=name)
