"""Objects of one prototype share nothing mutable: with it, with each other, with what was given, with a job."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from templates_app.factory import Flow, ObjectFactory
from templates_app.factory.errors import NotRegistered
from templates_app.routines import ErrorHandler, Routine, batch_policy
from tests.factory.routines import DataProcessor, DataValidator, OwnMethod, Ways

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=8,
)
CONFIGS = st.dictionaries(st.text("abc", min_size=1, max_size=3), JSON, max_size=4)
HANDLERS = st.builds(ErrorHandler, st.sampled_from(["stop", "skip", "retry"]), max_retries=st.integers(0, 5))


def mutable_parts(value: Any) -> set[int]:
    """The ids of all objects, dicts and lists that can be reached from what an object keeps."""
    if isinstance(value, Routine | Flow):
        inner: Any = [part for key, part in vars(value).items() if "origin" not in key]
    elif isinstance(value, Mapping):
        inner = value.values()
    else:
        inner = value if isinstance(value, list | tuple) else ()
    own = {id(value)} if isinstance(value, list | dict | Routine | Flow) else set()
    return own.union(*map(mutable_parts, inner))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(config=CONFIGS, override=CONFIGS, handler=HANDLERS)
def test_it_shares_nothing_between_created_routines(
    factory: ObjectFactory, config: dict[str, Any], override: dict[str, Any], handler: ErrorHandler
) -> None:
    base = OwnMethod().set_config(**config).set_error_handler(handler)
    given_before = copy.deepcopy(override)
    factory.register("own", base, if_exists="replace")
    objects = [base, factory.create("own", config=override), factory.create("own", config=override)]
    objects.append(factory.clone_routine(objects[1]))
    seen: set[int] = mutable_parts(override)
    for one in objects:
        assert not seen & mutable_parts(one)
        seen |= mutable_parts(one)
    assert override == given_before and objects[1].own_config == objects[3].own_config == {**config, **override}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nested=st.dictionaries(st.text("ab", min_size=1, max_size=2), st.lists(st.integers(0, 9), max_size=3)))
def test_it_shares_nothing_between_flows(factory: ObjectFactory, nested: dict[str, list[int]]) -> None:
    flow = Flow().pipe(DataValidator(), "first").pipe(OwnMethod().set_config(nested=nested), "second")
    factory.register("pipe", flow.set_config(input_schema={"required": ["a"]}), if_exists="replace")
    flows = [flow, factory.create("pipe"), factory.create("pipe"), factory.clone_flow(flow)]
    seen: set[int] = set()
    for one in flows:
        assert not seen & mutable_parts(one)
        seen |= mutable_parts(one)


def test_it_leaves_prototype_and_siblings_alone(factory: ObjectFactory, processor: DataProcessor) -> None:
    factory.register("fast", processor.set_config(nested={"a": [1]}))
    spoiled = factory.create("fast")
    spoiled.own_config["nested"]["a"].append(99)
    spoiled.set_config(timeout=1).set_activation_policy(batch_policy(2))
    fresh = factory.create("fast")
    assert (fresh.own_config["nested"], fresh.get_config("timeout"), fresh.own_policy) == ({"a": [1]}, 30, None)


def test_it_binds_the_own_method_to_each_clone(factory: ObjectFactory) -> None:
    base = OwnMethod().set_config(me="base")
    clone = factory.clone_routine(base).set_config(me="clone")
    assert clone.call.__self__ is clone  # type: ignore[attr-defined]
    base.set_logic(clone.work)
    assert factory.clone_routine(base).call.__self__ is not clone  # type: ignore[attr-defined]


def test_it_refuses_to_clone_what_two_objects_would_share(factory: ObjectFactory) -> None:
    with pytest.raises(NotRegistered, match="no name that could be stored"):
        factory.clone_routine(DataProcessor().set_logic(lambda items: None))


def test_it_clones_a_flow_with_a_new_id_and_the_same_meaning(factory: ObjectFactory, base_flow: Flow) -> None:
    base_flow.set_config(timeout=60, max_workers=2).set_error_handler(ErrorHandler("retry"))
    clone = factory.clone_flow(base_flow)
    assert clone.flow_id != base_flow.flow_id and factory.clone_flow(base_flow, "mine").flow_id == "mine"
    assert clone.document() == base_flow.document()
    assert (clone.timeout, clone.get_error_handler()) == (60, ErrorHandler("retry"))


def test_it_clones_connections_to_ports_that_config_makes(factory: ObjectFactory) -> None:
    flow = Flow()
    flow.add_routine(Ways().set_config(ways=["left"]), "ways")
    flow.add_routine(DataValidator(), "left")
    flow.connect("ways", "left", "left", "input")
    assert factory.clone_flow(flow).connections == flow.connections
