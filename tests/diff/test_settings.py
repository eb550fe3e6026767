"""Every setting of a node and of a flow that differs is told, where it stands."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from templates_app.diff import ABSENT, Impact, Kind, diff
from templates_app.spec import FlowSpec, NodeSpec, Port, SlotSpec
from tests.diff.specs import flow, node

SLOTS = (SlotSpec("input"), SlotSpec("more"))
#: field, before, after, path below the node, impact
NODE_SETTINGS: list[tuple[str, Any, Any, str, Impact]] = [
    ("class_key", "mapper", "filter", "class", Impact.BEHAVIOUR),
    ("config_text", "{}", '{"n":1}', "config.n", Impact.BEHAVIOUR),
    ("config_text", '{"n":1}', '{"n":null}', "config.n", Impact.BEHAVIOUR),
    ("config_text", '{"n":1}', '{"n":1.0}', "config.n", Impact.BEHAVIOUR),
    ("config_text", '{"n":1}', '{"n":true}', "config.n", Impact.BEHAVIOUR),
    ("config_text", '{"n":0.0}', '{"n":-0.0}', "config.n", Impact.BEHAVIOUR),
    ("config_text", '{"a":{"b":[1,2]}}', '{"a":{"b":[1,3]}}', "config.a.b.1", Impact.BEHAVIOUR),
    ("config_text", '{"a":[1,2]}', '{"a":[0,1,2]}', "config.a.0", Impact.BEHAVIOUR),
    ("config_text", '{"a b/c":1}', '{"a b/c":2}', 'config["a b/c"]', Impact.BEHAVIOUR),
    ("slots", SLOTS, SLOTS[:1], "slots.more", Impact.DATA),
    ("slots", SLOTS, SLOTS[::-1], "slots", Impact.DATA),
    ("slots", SLOTS, (SLOTS[0], SlotSpec("more", 5)), "slots.more.capacity", Impact.LIMITS),
    ("events", ("output",), ("output", "failed"), "events.failed", Impact.DATA),
    ("events", ("output", "failed"), ("failed", "output"), "events", Impact.DESCRIPTION),
    ("policy", None, {"type": "immediate"}, "policy", Impact.BEHAVIOUR),
    ("policy", {"type": "x", "n": 1}, {"type": "x", "n": 2}, "policy.n", Impact.BEHAVIOUR),
    ("policy", {"type": "x", "n": 1}, {"type": "y", "m": 2}, "policy", Impact.BEHAVIOUR),
    ("logic", None, "own", "logic", Impact.BEHAVIOUR),
    ("error_handler", {"strategy": "stop"}, {"strategy": "skip"}, "error_handler.strategy", Impact.BEHAVIOUR),
    ("timeout", None, 3.0, "timeout", Impact.LIMITS),
    ("pure", False, True, "pure", Impact.BEHAVIOUR),
    ("atomic", False, True, "atomic", Impact.BEHAVIOUR),
]
FLOW_SETTINGS: list[tuple[str, Any, Any, str, Impact]] = [
    ("entry", None, Port("a", "input"), "entry", Impact.BEHAVIOUR),
    ("entry", Port("a", "more"), Port("a", "input"), "entry", Impact.BEHAVIOUR),
    ("max_workers", None, 4, "max_workers", Impact.LIMITS),
    ("timeout", 5.0, 6.0, "timeout", Impact.LIMITS),
    ("error_handler", None, {"strategy": "skip"}, "error_handler", Impact.BEHAVIOUR),
    ("max_attempts", 3, 4, "max_attempts", Impact.LIMITS),
    ("keep_open", False, True, "keep_open", Impact.BEHAVIOUR),
    ("concurrency", None, {"limit": 2}, "concurrency", Impact.LIMITS),
    ("rate_limit", None, {"count": 2, "per_seconds": 1}, "rate_limit", Impact.LIMITS),
    ("input_schema", {"type": "object"}, {"type": "array"}, "input_schema.type", Impact.DATA),
]


def ids(rows: list[tuple[str, Any, Any, str, Impact]]) -> list[str]:
    return [f"{path}-{number}" for number, (_, _, _, path, _) in enumerate(rows)]


@pytest.mark.parametrize(("field", "before", "after", "path", "impact"), NODE_SETTINGS, ids=ids(NODE_SETTINGS))
def test_it_tells_a_setting_of_a_node(field: str, before: Any, after: Any, path: str, impact: Impact) -> None:
    a, b = (flow([replace(node("a"), **{field: value})]) for value in (before, after))

    (row,) = diff(a, b)

    assert (row.node, row.path, row.impact) == ("a", f"nodes.a.{path}", impact)
    assert diff(b, a)[0].path == row.path


@pytest.mark.parametrize(("field", "before", "after", "path", "impact"), FLOW_SETTINGS, ids=ids(FLOW_SETTINGS))
def test_it_tells_a_setting_of_a_flow(field: str, before: Any, after: Any, path: str, impact: Impact) -> None:
    a, b = (replace(flow([node("a")]), **{field: value}) for value in (before, after))

    (row,) = diff(a, b)

    assert (row.node, row.path, row.impact) == ("", path, impact)
    assert diff(b, a)[0].path == row.path


def test_it_leaves_no_setting_out() -> None:
    told = {row[0] for row in NODE_SETTINGS} | {row[0] for row in FLOW_SETTINGS} | {"id", "nodes", "connections"}

    assert {field.name for cls in (NodeSpec, FlowSpec) for field in fields(cls) if field.name[0] != "_"} == told


def test_it_tells_absent_from_null() -> None:
    a, b = flow([node("a", config={})]), flow([node("a", config={"n": None})])

    assert [(row.kind, row.before, row.after) for row in diff(a, b)] == [(Kind.ADDED, ABSENT, None)]
    assert "before" not in diff(a, b)[0].to_json()
    assert diff(a, b)[0].to_json()["after"] is None


def test_it_points_at_odd_keys() -> None:
    a, b = flow([node("a", config={"x/y": {"~": 1}})]), flow([node("a", config={"x/y": {"~": 2}})])

    assert diff(a, b)[0].pointer == "/nodes/a/config/x~1y/~0"
