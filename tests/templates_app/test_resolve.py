from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from routilux_site.lib import strict_json
from templates_app.resolve import FlowSource, Layer, NodeSource, merge, resolve

keys = st.sampled_from(["timeout", "retries", "mode", "a.b", ""])
values = (
    st.none() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2) | st.dictionaries(keys, st.integers(0, 3))
)
configs = st.dictionaries(keys, values, max_size=4)
owns = st.fixed_dictionaries(
    {},
    optional={
        "config": configs,
        "policy": st.none() | st.just({"type": "immediate"}),
        "logic": st.none() | st.sampled_from("xy"),
    },
)
layer_lists = st.lists(owns, max_size=4).map(lambda found: [Layer(f"layer{i}", own) for i, own in enumerate(found)])


@given(layer_lists)
def test_it_is_idempotent(layers: list[Layer]) -> None:
    merged = merge(layers).values
    assert merge([Layer("merged", merged)]).values == merged


@given(layer_lists, owns)
def test_it_lets_the_override_win_key_by_key_and_keeps_the_rest(layers: list[Layer], own: dict[str, Any]) -> None:
    before, after = merge(layers).values, merge([*layers, Layer("last", own)]).values
    config = after.get("config", {})
    assert config == {**before.get("config", {}), **own.get("config", {})}
    assert {key: after[key] for key in own if key != "config"} == {k: v for k, v in own.items() if k != "config"}


@given(layer_lists, keys, values)
def test_it_undoes_an_override_when_its_key_is_dropped(layers: list[Layer], key: str, value: Any) -> None:
    override = Layer("last", {"config": {key: value}})
    reset = Layer("last", {"config": {}})
    assert merge([*layers, override]).values["config"][key] == value
    assert merge([*layers, reset]).values.get("config", {}) == merge(layers).values.get("config", {})


@given(layer_lists)
def test_it_names_the_last_layer_that_set_each_value(layers: list[Layer]) -> None:
    merged = merge(layers)
    for layer in layers:
        last = [other.name for other in layers if "policy" in other.own]
        assert "policy" not in layer.own or merged.origin["policy"] == last[-1]


def test_it_tells_null_from_absent() -> None:
    base = Layer("base", {"policy": {"type": "immediate"}, "config": {"label": "x"}})
    assert merge([base, Layer("v", {})]).values == base.own
    assert merge([base, Layer("v", {"policy": None, "config": {"label": None}})]).values == {
        "policy": None,
        "config": {"label": None},
    }


def test_it_replaces_nested_values_whole() -> None:
    base, override = Layer("b", {"config": {"rates": {"eur": 1, "usd": 2}}}), Layer("v", {"config": {"rates": {}}})
    assert merge([base, override]).values["config"] == {"rates": {}}


@given(configs)
def test_it_leaves_the_layers_as_they_were(config: dict[str, Any]) -> None:
    own = {"config": config}
    before = strict_json.canonical(own)
    merge([Layer("a", own), Layer("b", {"config": {"timeout": 1}})])
    assert strict_json.canonical(own) == before


def test_it_puts_overrides_of_a_variant_over_those_of_the_node() -> None:
    node = NodeSource(
        class_key="c",
        layers=(Layer("r", {"config": {"a": 1, "b": 1, "c": 1}}), Layer("f", {"config": {"b": 2, "c": 2}})),
    )
    layers = (Layer("f", {"timeout": 5}), Layer("v", {"nodes": {"n": {"config": {"c": 3}}, "gone": {}}}))
    resolved = resolve(FlowSource(layers=layers, nodes={"n": node}, connections=()))
    assert resolved.nodes["n"].effective.values["config"] == {"a": 1, "b": 2, "c": 3}
    assert resolved.nodes["n"].effective.origin == {"config.a": "r", "config.b": "f", "config.c": "v"}
    assert resolved.strays == (("v", "gone"),)
