"""A difference can be read by somebody who writes no code."""

from __future__ import annotations

from typing import Any

import pytest

from templates_app.diff import diff, summary
from templates_app.spec import FlowSpec, NodeSpec, SlotSpec
from tests.diff.specs import flow, node

WIRE = "a.output b.input"
BASE = flow([node("a"), node("b")], WIRE, entry="a.input")


def made(*wires: str, entry: str = "a.input", b: str = "b", more: tuple[NodeSpec, ...] = (), **fields: Any) -> FlowSpec:
    return flow([node("a"), node(b, **fields), *more], *wires, entry=entry)


CASES: list[tuple[FlowSpec, str]] = [
    (made(WIRE, more=(node("c", "filter"),)), "Node ‘c’ (filter) was added."),
    (made("a.output x.input", b="x"), "Node ‘b’ is called ‘x’ now."),
    (made("a.output b.more"), "‘a.output’ leads to ‘b.more’ instead of ‘b.input’."),
    (made("b.output b.input"), "‘b.input’ is fed by ‘b.output’ instead of ‘a.output’."),
    (made("a.failed b.more"), "‘a.failed’ leads to ‘b.more’; before, ‘a.output’ led to ‘b.input’."),
    (made(), "‘a.output’ no longer leads to ‘b.input’."),
    (made(WIRE, "b.output a.input"), "‘b.output’ now leads to ‘a.input’."),
    (made(WIRE, timeout=5.0), "‘b’: timeout is 5.0 instead of nothing."),
    (made(WIRE, config={"n": "x"}), '‘b’: config.n is set to "x"; it was not set.'),
    (made(WIRE, events=("output",)), "‘b’ no longer has the event ‘failed’."),
    (made(WIRE, slots=(SlotSpec("input"), SlotSpec("more"), SlotSpec("third"))), "‘b’ has a new slot ‘third’."),
    (made(WIRE, events=("failed", "output")), "The events of ‘b’ stand in another order."),
    (made(WIRE, entry="b.more"), 'entry is "b.more" instead of "a.input".'),
]


@pytest.mark.parametrize(("after", "sentence"), CASES, ids=[sentence for _, sentence in CASES])
def test_it_says_what_happened(after: FlowSpec, sentence: str) -> None:
    assert [row.sentence for row in diff(BASE, after)] == [sentence]


def test_it_sums_up() -> None:
    after = flow([node("a", timeout=1.0, logic="own"), node("c", "filter")], "a.output c.input", entry="a.input")

    assert summary(diff(BASE, after)) == "1 node added, 1 node removed, 1 connection rewired, 2 settings changed"
    assert summary(()) == "no difference"
