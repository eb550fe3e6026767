"""Laws of dry runs that hold for any acyclic flow: no item is lost, and the walk of the router's tests agrees."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.dryrun.sample import Sample
from jobs.dryrun.simulate import simulate
from jobs.runtime.program import Program
from templates_app.spec import Port
from tests.router.specs import programs
from tests.router.walk import Walk

ENTRY = Port("n0", "a")


def sample(program: Program, emits: int) -> Sample:
    outputs = {node: {"out": [{"n": number} for number in range(emits)]} for node in program.spec.nodes}
    return Sample(port=ENTRY, outputs=outputs)


@settings(deadline=None, max_examples=100)
@given(programs(), st.integers(0, 2))
def test_it_loses_no_item_and_gives_none_twice(program: Program, emits: int) -> None:
    memory = simulate(program.spec, sample(program, emits)).memory

    taken = [number for numbers in memory.taken.values() for number in numbers]
    left = len(list(memory.results())) + len(list(memory.undelivered())) + len(memory.dropped)
    assert len(taken) == len(set(taken))
    assert len(taken) + left == len(memory.items)


@settings(deadline=None, max_examples=100)
@given(programs(), st.integers(0, 2))
def test_it_goes_the_way_of_the_walk(program: Program, emits: int) -> None:
    walk = Walk(program, emits).run(ENTRY, 1)

    steps = Counter(attempt.finished.step.node for attempt in simulate(program.spec, sample(program, emits)).attempts)

    assert steps == Counter(step.node for step in walk.steps)
