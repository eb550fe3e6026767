from __future__ import annotations

from typing import Any

import pytest

from templates_app.errors import UnknownName
from templates_app.factory import Flow, ObjectFactory
from templates_app.factory.errors import AlreadyRegistered, NotRegistered, NotStorable, Unacceptable
from templates_app.models import Node, Prototype
from templates_app.routines import (
    Activate,
    Decline,
    ErrorHandler,
    Policy,
    Routine,
    View,
    all_slots_ready_policy,
    batch_policy,
)
from tests.factory.routines import DataProcessor, DataValidator, OwnMethod, Unknown, process_data_logic, two_lists


def stored(name: str) -> Prototype:
    return Prototype.objects.select_related("parent").get(name=name)


def test_it_stores_names_and_plain_data_only(factory: ObjectFactory, processor: DataProcessor) -> None:
    processor.set_activation_policy(batch_policy(4)).set_error_handler(ErrorHandler("skip"))
    factory.register("fast", processor, description="Fast")
    found = stored("fast")
    assert found.parent is not None and found.parent.class_key == "data_processor"
    assert found.own.pop("error_handler")["strategy"] == "skip"
    assert found.own == {
        "config": {"timeout": 30, "retries": 3},
        "policy": {"type": "batch_size", "min_batch_size": 4},
        "logic": "process_data",
    }


def test_it_takes_a_class_under_several_names(factory: ObjectFactory) -> None:
    factory.register("validate_a", DataValidator)
    factory.register("validate_b", DataValidator, description="Another name")
    assert [stored(name).parent.name for name in ("validate_a", "validate_b")] == ["data_validator"] * 2  # type: ignore[union-attr]
    assert isinstance(factory.create("validate_b"), DataValidator)


def test_it_leaves_a_class_under_its_own_name_to_the_catalog(factory: ObjectFactory) -> None:
    assert factory.register("data_validator", DataValidator) == "data_validator"
    with pytest.raises(AlreadyRegistered, match="already registered, as a class of the catalog"):
        factory.register("data_validator", DataValidator, description="Other words")


def test_it_stores_the_root_of_a_class_that_came_after_the_last_migrate(factory: ObjectFactory) -> None:
    Prototype.objects.filter(class_key="data_validator").delete()
    factory.register("late", DataValidator)
    assert stored("late").parent == stored("data_validator")


def test_it_stores_a_flow_with_nodes_that_name_prototypes_and_classes(
    factory: ObjectFactory, base_flow: Flow, processor: DataProcessor
) -> None:
    factory.register("fast", processor)
    factory.register("pipeline", base_flow)
    nodes = {node.node_id: (node.routine.name, node.own) for node in Node.objects.filter(flow__name="pipeline")}
    assert nodes == {"processor": ("fast", {}), "validator": ("data_validator", {})}


def test_it_copies_what_it_registers(factory: ObjectFactory, processor: DataProcessor) -> None:
    rates = {"a": [1]}
    processor.set_config(nested=rates)
    factory.register("fast", processor)
    rates["a"].append(2)
    processor.set_config(timeout=99)
    assert (
        factory.create("fast").own_config | {"nested": {"a": [1]}, "timeout": 30} == factory.create("fast").own_config
    )


def test_it_stores_what_create_made_as_a_variant(factory: ObjectFactory, processor: DataProcessor) -> None:
    factory.register("fast", processor)
    factory.register("slow", factory.create("fast", config={"timeout": 60}).set_config(retries=1))
    assert stored("slow").parent == stored("fast")
    assert stored("slow").own == {"config": {"timeout": 60, "retries": 1}}


def test_it_stores_a_created_flow_as_a_variant(factory: ObjectFactory, base_flow: Flow) -> None:
    factory.register("pipeline", base_flow)
    factory.register("wide", factory.create("pipeline", config={"max_workers": 20}))
    assert stored("wide").parent == stored("pipeline")
    assert stored("wide").own == {"max_workers": 20}


@pytest.mark.parametrize("times", [2, 3])
def test_it_takes_the_same_thing_again(factory: ObjectFactory, base_flow: Flow, times: int) -> None:
    for _ in range(times):
        factory.register("pipeline", base_flow)
        factory.register("fast", DataProcessor().set_config(timeout=5).set_logic(process_data_logic))
    assert {stored(name).version for name in ("pipeline", "fast")} == {1}


def test_it_refuses_another_thing_under_a_taken_name(factory: ObjectFactory, processor: DataProcessor) -> None:
    factory.register("fast", processor)
    for other in (DataValidator(), DataValidator, DataProcessor().set_config(timeout=31)):
        with pytest.raises(ValueError, match="Prototype 'fast' is already registered"):
            factory.register("fast", other)


def test_it_keeps_or_replaces_when_told_to(factory: ObjectFactory, processor: DataProcessor) -> None:
    factory.register("fast", processor)
    other = DataProcessor().set_config(timeout=31)
    factory.register("fast", other, if_exists="keep")
    assert stored("fast").own["config"]["timeout"] == 30
    factory.register("fast", other, if_exists="replace", description="New")
    assert (stored("fast").own, stored("fast").version) == ({"config": {"timeout": 31}}, 2)


def test_it_replaces_the_graph_of_a_flow(factory: ObjectFactory, base_flow: Flow) -> None:
    factory.register("pipeline", base_flow)
    base_flow.add_routine(DataValidator(), "again")
    base_flow.connect("validator", "output", "again", "input")
    factory.register("pipeline", base_flow, if_exists="replace")
    assert Node.objects.filter(flow__name="pipeline").count() == 3


def test_it_tells_that_a_name_is_archived(factory: ObjectFactory, processor: DataProcessor) -> None:
    factory.register("fast", processor)
    factory.unregister("fast")
    with pytest.raises(AlreadyRegistered, match="archived: bring it back first"):
        factory.register("fast", processor)


@pytest.mark.parametrize("thing", [None, int, 3, "hello", object(), process_data_logic])
def test_it_refuses_what_is_no_prototype(factory: ObjectFactory, thing: Any) -> None:
    with pytest.raises(NotStorable, match="a Routine class, an object of one, or a Flow is accepted"):
        factory.register("x", thing)


def test_it_tells_how_to_register_a_class(factory: ObjectFactory) -> None:
    for thing in (Unknown, Unknown()):
        with pytest.raises(NotRegistered, match=r'catalog.register\("unknown", Unknown\)'):
            factory.register("x", thing)
    assert not Prototype.objects.filter(name="x").exists()


def test_it_tells_how_to_register_logic(factory: ObjectFactory) -> None:
    def double(items: list[Any]) -> None: ...

    told = {
        double: r'not registered as logic.*: catalog.register_logic\("double", double\)',
        (lambda items: None): r'no name.*: catalog.register_logic\("my_logic", my_logic\)',
        OwnMethod().work: r'bound to one object.*: catalog.register_logic\("work", work\)',
    }
    for logic, line in told.items():
        with pytest.raises(NotRegistered, match=line):
            factory.register("x", DataProcessor().set_logic(logic))


def test_it_refuses_logic_of_another_shape(factory: ObjectFactory) -> None:
    with pytest.raises(TypeError, match=r"takes the lists \(left, right\), but the routine has the slots \(input\)"):
        factory.register("x", DataProcessor().set_logic(two_lists))


@pytest.mark.parametrize(
    ("config", "path", "told"),
    [
        ({"timeout": "soon"}, "config.timeout", '"soon" is not accepted'),
        ({"timeout": 0}, "config.timeout", "greater than or equal to 1"),
        ({"tmeout": 5}, "config.tmeout", "Did you mean timeout?"),
        ({"nested": {"a": [1, "x"]}}, "config.nested.a.1", '"x" is not accepted'),
    ],
)
def test_it_names_path_value_and_what_is_accepted(
    factory: ObjectFactory, config: dict[str, Any], path: str, told: str
) -> None:
    with pytest.raises(Unacceptable) as caught:
        factory.register("x", DataProcessor().set_config(**config))
    assert isinstance(caught.value, ValueError)
    assert (caught.value.path, told in caught.value.message) == (path, True)


class Mine(Policy):
    type = "immediate"

    def decide(self, view: View) -> Activate | Decline:
        return Decline()


def test_it_refuses_policies_and_ports_that_only_this_process_knows(factory: ObjectFactory) -> None:
    with pytest.raises(NotStorable, match="Mine is a policy of this process: accepted are immediate, all_slots_ready"):
        factory.register("x", DataProcessor().set_activation_policy(Mine()))
    with pytest.raises(NotStorable, match="add them in DataProcessor"):
        factory.register("x", DataProcessor().add_slot("more"))


def test_it_lets_a_class_set_its_own_method_as_logic(factory: ObjectFactory) -> None:
    factory.register("own", OwnMethod().set_config(me=1).set_activation_policy(all_slots_ready_policy()))
    assert "logic" not in stored("own").own
    made: Routine = factory.create("own")
    assert made.call.__self__ is made  # type: ignore[attr-defined]


def test_it_refuses_a_choice_and_a_logic_that_do_not_exist(factory: ObjectFactory, processor: DataProcessor) -> None:
    with pytest.raises(ValueError, match="'refuse', 'keep' or 'replace' is"):
        factory.register("x", processor, if_exists="overwrite")  # type: ignore[arg-type]
    factory.register("fast", processor)
    with pytest.raises(UnknownName, match="process_data"):
        factory.create("fast", override_logic="proces_data")
