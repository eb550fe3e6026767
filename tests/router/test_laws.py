"""Laws of routing that hold for any acyclic flow. The walk ends, or the test would not."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.runtime.program import Program
from templates_app.spec import Port
from tests.router.specs import needs_both, programs
from tests.router.walk import Walk

walks = st.builds(
    lambda program, emits, inputs: Walk(program, emits).run(Port("n0", "a"), inputs),
    programs(),
    st.integers(0, 2),
    st.integers(1, 4),
)


def size(program: Program, node: str) -> int:
    return int((program.spec.nodes[node].policy or {}).get("min_batch_size", 1))


@settings(deadline=None, max_examples=200)
@given(walks)
def test_it_gives_every_item_to_at_most_one_step(walk: Walk) -> None:
    taken = Counter(id(item) for items in (*walk.took.values(), walk.dropped) for item in items)

    assert set(taken.values()) <= {1}
    assert len(taken) + len(walk.waiting) == sum(item.port is not None for item in walk.items)


@settings(deadline=None, max_examples=200)
@given(walks)
def test_it_gives_every_step_items_of_its_own_node_and_never_none(walk: Walk) -> None:
    assert all(walk.took[step.ordinal] for step in walk.steps)
    assert all(i.port and i.port.node == step.node for step in walk.steps for i in walk.took[step.ordinal])


@settings(deadline=None, max_examples=200)
@given(walks)
def test_it_takes_whole_batches_except_when_drained(walk: Walk) -> None:
    for step in walk.steps:
        if walk.program.policies[step.node].sees_payloads:
            continue
        drained = bool(step.message) and step.message["reason"] == "drained"
        wanted = size(walk.program, step.node) * (2 if needs_both(walk.program.spec.nodes[step.node].policy) else 1)
        got = len(walk.took[step.ordinal])
        assert got < wanted if drained else got == wanted


@settings(deadline=None, max_examples=100)
@given(walks)
def test_it_drops_only_what_a_policy_passed_over_and_remembers_each_run(walk: Walk) -> None:
    choosy = [node for node in walk.program.spec.nodes if walk.program.policies[node].sees_payloads]
    runs = {node: [s.message["runs"] for s in walk.steps if s.node == node] for node in choosy}

    assert {item.port.node for item in walk.dropped if item.port} <= set(choosy)
    assert all(seen == list(range(1, len(seen) + 1)) for seen in runs.values())


@settings(deadline=None, max_examples=200)
@given(walks)
def test_it_leaves_only_joins_that_lack_a_side(walk: Walk) -> None:
    left = {(item.port.node, item.port.slot) for item in walk.waiting if item.port}

    assert all(needs_both(walk.program.spec.nodes[node].policy) for node, _ in left)
    assert not any((node, "a") in left and (node, "b") in left for node, _ in left)


@settings(deadline=None, max_examples=100)
@given(walks)
def test_it_takes_items_of_a_slot_in_the_order_in_which_they_came(walk: Walk) -> None:
    place = {id(item): number for number, item in enumerate(walk.items)}
    for node in walk.program.spec.nodes:
        for slot in ("a", "b"):
            order = [
                place[id(item)]
                for step in sorted(walk.steps, key=lambda step: step.ordinal)
                for item in walk.took[step.ordinal]
                if item.port == Port(node, slot)
            ]
            assert order == sorted(order)
