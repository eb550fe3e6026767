from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.routines import policies
from templates_app.routines.errors import PolicyError
from templates_app.routines.policies import (
    Activate,
    AllSlotsReady,
    BatchSize,
    Decline,
    Immediate,
    Policy,
    TimeInterval,
    View,
)

QUEUES = st.dictionaries(st.sampled_from("abc"), st.integers(0, 30))
POLICIES = st.one_of(
    st.just(Immediate()),
    st.just(AllSlotsReady()),
    st.builds(BatchSize, st.integers(1, 9)),
    st.builds(TimeInterval, st.floats(0.1, 9)),
)
CLOCKS = st.floats(0, 100)
VIEWS = st.builds(View, QUEUES, CLOCKS, st.none() | CLOCKS, st.booleans())


@given(POLICIES, VIEWS)
def test_it_takes_something_that_waits_and_never_more(policy: Policy, view: View) -> None:
    decision = policy.decide(view)
    if isinstance(decision, Activate):
        assert sum(decision.take.values()) > 0
        assert all(0 <= count <= view.queued[slot] for slot, count in decision.take.items())


@given(POLICIES, VIEWS)
def test_it_is_pure(policy: Policy, view: View) -> None:
    queued = dict(view.queued)
    first = policy.decide(view)
    assert first == policy.decide(view)
    assert view.queued == queued


@given(POLICIES, VIEWS)
def test_it_looks_again_only_later(policy: Policy, view: View) -> None:
    decision = policy.decide(view)
    if isinstance(decision, Decline) and decision.look_again_at is not None:
        assert decision.look_again_at > view.now
        later = View(view.queued, decision.look_again_at, view.last_activation)
        assert isinstance(policy.decide(later), Activate)


def drain(policy: Policy, queued: dict[str, int], *, drained: bool) -> tuple[list[dict[str, int]], dict[str, int]]:
    takes, left = [], dict(queued)
    while isinstance(decision := policy.decide(View(left, drained=drained)), Activate):
        takes.append(dict(decision.take))
        left = {slot: count - decision.take.get(slot, 0) for slot, count in left.items()}
    return takes, left


@given(st.integers(1, 9), QUEUES)
def test_it_takes_exact_batches_until_fewer_are_left(size: int, queued: dict[str, int]) -> None:
    takes, left = drain(BatchSize(size), queued, drained=False)
    assert all(take == dict.fromkeys(queued, size) for take in takes)
    assert not left or min(left.values()) < size


@given(POLICIES.filter(lambda policy: policy.type != "all_slots_ready"), QUEUES)
def test_it_leaves_nothing_when_drained(policy: Policy, queued: dict[str, int]) -> None:
    _, left = drain(policy, queued, drained=True)
    assert not any(left.values())


@given(QUEUES, st.booleans())
def test_it_joins_one_of_each_slot(queued: dict[str, int], drained: bool) -> None:
    takes, left = drain(AllSlotsReady(), queued, drained=drained)
    assert takes == [dict.fromkeys(queued, 1)] * min(queued.values(), default=0)
    assert not left or min(left.values()) == 0


@pytest.mark.parametrize(
    ("policy", "view", "message"),
    [
        (Immediate(), View({"a": 1}), {"reason": "immediate"}),
        (AllSlotsReady(), View({"a": 1}), {"reason": "all_slots_ready"}),
        (BatchSize(2), View({"a": 2}), {"reason": "batch_ready", "batch_size": 2}),
        (BatchSize(2), View({"a": 2}, drained=True), {"reason": "batch_ready", "batch_size": 2}),
        (BatchSize(3), View({"a": 2}, drained=True), {"reason": "drained"}),
        (TimeInterval(5), View({"a": 1}, 9, 4), {"reason": "time_interval_met", "interval": 5, "last_activation": 4}),
        (TimeInterval(5), View({"a": 1}, 8, 4, drained=True), {"reason": "drained"}),
    ],
)
def test_it_says_why(policy: Policy, view: View, message: Any) -> None:
    decision = policy.decide(view)
    assert isinstance(decision, Activate)
    assert decision.message == message


def test_it_hands_out_a_message_of_its_own_each_time() -> None:
    first, second = (Immediate().decide(View({"a": 1})) for _ in range(2))
    assert isinstance(first, Activate) and isinstance(second, Activate)
    assert first.message is not second.message


@given(POLICIES)
def test_it_survives_json(policy: Policy) -> None:
    assert policies.parse(policy.to_json()) == policy


def test_it_means_immediate_when_nothing_is_said() -> None:
    assert policies.parse(None) == policies.immediate_policy()
    assert [kind.type for kind in policies.KINDS.values() if kind.stateless] == ["immediate", "breakpoint"]


@pytest.mark.parametrize(
    ("spec", "path", "told"),
    [
        ("immediate", "nodes.a.policy", '"immediate" is not accepted: an object like {"type": "immediate"} is.'),
        ({}, "nodes.a.policy.type", "The type is missing. Accepted: immediate, all_slots_ready, batch_size"),
        ({"type": "imediate"}, "nodes.a.policy.type", '"imediate" is no policy. Did you mean immediate?'),
        ({"type": ["x"]}, "nodes.a.policy.type", '["x"] is no policy.'),
        ({"type": "batch_size"}, "nodes.a.policy.min_batch_size", "batch_size requires it, but it is not given."),
        ({"type": "immediate", "n": 1}, "nodes.a.policy.n", "immediate has no such setting. Accepted: none."),
        *(
            ({"type": "batch_size", "min_batch_size": n}, "nodes.a.policy.min_batch_size", "is not accepted: a whole")
            for n in (0, True, 1.5, "2", 10**400, None)
        ),
        *(
            ({"type": "time_interval", "min_interval_seconds": n}, "nodes.a.policy.min_interval_seconds", "a number of")
            for n in (0, -1, True, "2", float("nan"), float("inf"), 10**400, None)
        ),
    ],
)
def test_it_refuses_what_no_policy_means(spec: Any, path: str, told: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policies.parse(spec, path="nodes.a.policy")
    assert caught.value.path == path
    assert told in caught.value.message
