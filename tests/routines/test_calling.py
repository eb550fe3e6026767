from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import pytest

from templates_app.routines import Routine, check_logic
from templates_app.routines.calling import shape
from templates_app.routines.errors import DefinitionError, PortError
from tests.routines.helpers import emitted, run


def two_slots(logic: Callable[..., Any]) -> Routine:
    return Routine().add_slot("b").add_slot("a").add_event("out").set_logic(logic)


def test_it_gives_one_list_for_each_slot_in_their_order() -> None:
    calls: list[Any] = []
    run(two_slots(lambda *lists: calls.append(lists)), {"a": [1], "b": [2, 3]})
    run(two_slots(lambda *lists: calls.append(lists)), {"a": [1]})
    assert calls == [([2, 3], [1]), ([], [1])]


def test_it_gives_only_the_keywords_that_are_named() -> None:
    calls: list[Any] = []
    done = run(two_slots(lambda b, a, *, run: calls.append(run)), {})
    run(two_slots(lambda b, a, policy_message: calls.append(policy_message)), {}, policy_message="m")
    again = run(two_slots(lambda b, a, worker_state=None: calls.append(worker_state)), {})
    assert calls == [done, "m", again]


def test_it_gives_all_keywords_to_a_catch_all() -> None:
    calls: list[Any] = []
    run(two_slots(lambda *lists, **words: calls.append(sorted(words))), {})
    assert calls == [["policy_message", "run", "worker_state"]]


def test_it_runs_a_coroutine_to_its_end() -> None:
    routine = two_slots(lambda a, b: None)

    async def logic(b: list[Any], a: list[Any]) -> None:
        await asyncio.sleep(0)
        routine.emit("out", n=1)

    assert emitted(run(routine.set_logic(logic), {})) == [("out", {"n": 1})]


def test_it_ignores_what_logic_returns() -> None:
    assert emitted(run(two_slots(lambda a, b: {"n": 1}), {})) == []


def test_it_refuses_items_for_a_slot_that_is_not_there() -> None:
    with pytest.raises(PortError, match=r"was given items for c\. Its slots: b, a"):
        run(two_slots(lambda a, b: None), {"c": []})


def generator(a: list[Any]) -> Any:
    yield a


@pytest.mark.parametrize(
    ("logic", "told"),
    [
        (lambda b: None, r"takes the lists \(b\), but the routine has the slots \(b, a\)"),
        (lambda b, a, c: None, r"takes the lists \(b, a, c\)"),
        (lambda b, run, a: None, "names run before a list"),
        (lambda b, a, *, clock: None, "requires the keyword clock: only policy_message, run, worker_state"),
        (generator, "uses yield"),
        (Routine, "is not a function"),
        (7, "is not a function"),
    ],
)
def test_it_refuses_logic_that_could_not_be_called(logic: Any, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        check_logic(logic, ["b", "a"])


def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def test_it_looks_through_decorators_that_share_their_code() -> None:
    one, two = decorated(lambda a: None), decorated(lambda a, b, *, run: None)
    assert shape(one).positional == ("a",)
    assert (shape(two).positional, shape(two).keywords) == (("a", "b"), ("run",))


def test_it_tells_a_method_from_its_function() -> None:
    class Holder:
        def logic(self, a: list[Any]) -> None: ...

    assert shape(Holder().logic).positional == ("a",)
    assert shape(Holder.logic).positional == ("self", "a")


def test_it_takes_partials_and_callable_objects() -> None:
    class CallableObject(dict[str, Any]):
        def __call__(self, a: list[Any]) -> None: ...

    assert shape(partial(lambda x, a: None, 1)).positional == ("a",)
    assert shape(CallableObject()).positional == ("a",)
