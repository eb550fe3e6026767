"""Custom policies as pure decisions: what a registered function reads and consumes, and what that comes to."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app import catalog
from templates_app.errors import RegistrationError
from templates_app.routines import custom, custom_policy, policies
from templates_app.routines.errors import PolicyError
from templates_app.routines.policies import Activate, Custom, Decline, View

ITEMS = [{"n": number} for number in range(4)]


@pytest.fixture(autouse=True)
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(custom, "_functions", dict(custom._functions))
    yield


def decide(function: Callable[..., Any], view: View | None = None, **params: Any) -> Activate | Decline:
    custom.keep_policy("under-test", function)
    return Custom("under-test", params).decide(view or View({"a": 4}, payloads={"a": ITEMS}))


@pytest.mark.parametrize(
    ("function", "take", "drop"),
    [
        (lambda s, w: (True, {"a": s["a"].consume_all_new()}, None), {"a": 4}, {}),
        (lambda s, w: (True, {"a": [s["a"].consume_one_new(), s["a"].consume_one_new()]}, None), {"a": 2}, {}),
        (lambda s, w: (True, {"a": [s["a"].consume_latest_and_mark_all_consumed()]}, None), {"a": 1}, {"a": 3}),
        (lambda s, w: (True, {"a": s["a"].peek_all_new()[:3]}, None), {"a": 3}, {}),
        (lambda s, w: (bool(s["a"].consume_one_new()), {}, None), {"a": 1}, {}),
        (lambda s, w: True, {"a": 4}, {}),
    ],
)
def test_it_turns_what_was_consumed_into_a_decision(function: Any, take: dict[str, int], drop: dict[str, int]) -> None:
    decision = decide(function)

    assert isinstance(decision, Activate)
    assert (dict(decision.take), dict(decision.drop)) == (take, drop)


def test_it_takes_nothing_when_the_function_declines_after_all() -> None:
    assert decide(lambda s, w: (False, {"a": s["a"].consume_all_new()}, None)) == Decline()


def test_it_hands_out_copies_that_change_nothing() -> None:
    decide(lambda s, w: (s["a"].peek_one_new().clear(), False)[1])

    assert ITEMS[0] == {"n": 0}


def test_it_remembers_what_the_function_leaves_in_its_state() -> None:
    decision = decide(lambda s, w: bool(w.update(seen=w.get("seen", 0) + 1)), View({"a": 0}, memory={"seen": 4}))

    assert decision == Decline(memory={"seen": 5})


def test_it_asks_again_when_the_function_says_so() -> None:
    assert decide(lambda s, w: bool(w.look_again_in(5)), View({"a": 0}, now=10.0)) == Decline(15.0)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda s, w: None, "it returned null"),
        (lambda s, w: (True, {}, None), "without taking any item"),
        (lambda s, w: (True, {"b": []}, None), "a list for each of a"),
        (lambda s, w: (True, {"a": [{"n": 2}]}, None), "not the last ones it consumed"),
        (lambda s, w: (True, {"a": [*s["a"].consume_all_new(), {"n": 9}]}, None), "not the last ones it consumed"),
    ],
)
def test_it_refuses_a_decision_that_would_lose_or_invent_items(function: Any, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        decide(function)


def never_ends(slots: Any, worker_state: Any) -> bool:
    while True:
        pass


def hears_nothing(slots: Any, worker_state: Any) -> bool:
    with suppress(BaseException):
        never_ends(slots, worker_state)
    return False


def leaves(slots: Any, worker_state: Any) -> bool:
    sys.exit()


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (never_ends, "took longer than 0.1 s"),
        (hears_nothing, "took longer than 0.1 s"),
        (leaves, "raised SystemExit"),
    ],
)
def test_it_ends_a_function_that_would_not_come_back(monkeypatch: pytest.MonkeyPatch, function: Any, told: str) -> None:
    monkeypatch.setattr(custom, "SECONDS", 0.1)
    with pytest.raises(PolicyError, match=told):
        decide(function)
    time.sleep(0.2)  # nothing arrives later


@given(st.integers(0, 5), st.integers(0, 5))
def test_it_never_takes_more_than_waits(waiting: int, wanted: int) -> None:
    view = View({"a": waiting}, payloads={"a": ITEMS[:waiting] + [{"n": 9}] * max(0, waiting - 4)})
    decision = decide(
        lambda s, w: (bool([s["a"].consume_one_new() for _ in range(wanted)] and waiting), {}, None), view
    )

    taken = decision.take["a"] if isinstance(decision, Activate) else 0
    assert taken == min(waiting, wanted)


def test_it_is_known_by_name_or_by_itself_and_survives_json() -> None:
    @catalog.register_policy("by-name")
    def by_name(slots: Any, worker_state: Any, *, limit: int) -> bool:
        return False

    policy = custom_policy(by_name, limit=3)
    assert policy == custom_policy("by-name", limit=3) == policies.parse(policy.to_json())
    assert policy.to_json() == {"type": "custom", "name": "by-name", "limit": 3}


@pytest.mark.parametrize(
    ("spec", "path", "told"),
    [
        ({}, "policy.name", "custom requires it: the name of a registered policy"),
        ({"name": "by_nam"}, "policy.name", 'No policy is registered as "by_nam". Registered: by_name'),
        ({"name": "by_name"}, "policy.limit", "by_name requires it, but it is not given"),
        ({"name": "by_name", "limit": 1, "limt": 1}, "policy.limt", "no such setting. Did you mean limit?"),
    ],
)
def test_it_refuses_what_the_function_would_not_take(spec: dict[str, Any], path: str, told: str) -> None:
    custom.keep_policy("by_name", lambda slots, worker_state, *, limit: False)
    with pytest.raises(PolicyError) as caught:
        policies.parse({"type": "custom", **spec})
    assert caught.value.path == path
    assert told in caught.value.message


@pytest.mark.parametrize("function", [lambda slots: True, lambda *everything: True, dict, "policy"])
def test_it_registers_only_what_can_be_called_as_a_policy(function: Any) -> None:
    with pytest.raises(RegistrationError, match="cannot be registered"):
        catalog.register_policy("odd", function)


def test_it_says_how_to_register_a_function() -> None:
    with pytest.raises(PolicyError, match="register_policy"):
        custom_policy(lambda slots, worker_state: True)
