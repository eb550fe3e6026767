"""A full slot, by the router alone: what fits is inside, what does not is dropped or stays at the door."""

from __future__ import annotations

import pytest

from jobs.runtime.program import Program
from jobs.runtime.router import NOBODY, Recall, Router
from templates_app.spec import ConnectionSpec, FlowSpec, NodeSpec, Port, SlotSpec

LEFT, RIGHT = Port("j", "left"), Port("j", "right")


def join(outcome: str) -> Program:
    source = NodeSpec(id="s", class_key="c", slots=(SlotSpec("in"),), events=("out",))
    slots = (SlotSpec("left", 2, outcome), SlotSpec("right"))
    node = NodeSpec(id="j", class_key="c", slots=slots, policy={"type": "all_slots_ready"})
    return Program(FlowSpec(nodes={"s": source, "j": node}, connections=(ConnectionSpec("s", "out", "j", "left"),)))


def filled(outcome: str, count: int, **waiting: list[int]) -> Router:
    router = Router(join(outcome), waiting={"j": waiting}, recall=Recall())
    for n in range(count):
        router.emit(source=1, node="s", event="out", payload={"n": n})
    return router


@pytest.mark.parametrize(("outcome", "full"), [("fail", (LEFT, 2)), ("block", None), ("drop", None)])
def test_it_is_overfull_only_when_that_is_a_failure(outcome: str, full: object) -> None:
    assert filled(outcome, 3).overfull() == full


def test_it_drops_the_newest() -> None:
    assert [item.taker for item in filled("drop", 4).items] == [None, None, NOBODY, NOBODY]


def test_it_keeps_the_rest_at_the_door() -> None:
    router = filled("block", 4)
    assert router.depth("j") == {"left": 2, "right": 0}
    assert [(port, ref.payload["n"]) for port, ref in router.at_doors() if not isinstance(ref, int)] == [
        (LEFT, 2),
        (LEFT, 3),
    ]


def test_it_lets_the_oldest_in_when_there_is_room() -> None:
    router = filled("block", 0, left=[11, 12, 13, 14], right=[])
    router.post(RIGHT, {})
    assert [step.taken for step in router.steps] == [[11]]
    assert [ref for _, ref in router.at_doors()] == [14]


@pytest.mark.parametrize("outcome", ["fail", "block", "drop"])
def test_it_refuses_what_is_posted_from_outside(outcome: str) -> None:
    router = filled(outcome, 0, left=[11, 12], right=[])
    router.post(LEFT, {})
    assert router.overfull() == (LEFT, 2)
