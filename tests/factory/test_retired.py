"""The words of the older generation are refused wherever Python could pass them, and told how to go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jobs.front import Runtime
from templates_app.factory import Flow, ObjectFactory
from tests.factory.routines import DataValidator

ADVICE = (
    "remove it; every flow runs on the one Runtime. For the old 'sequential' set max_workers=1; "
    "for 'concurrent' leave max_workers out or keep your number."
)

CALLS: dict[str, Callable[[dict[str, Any]], object]] = {
    "Flow": lambda old: Flow(**old),
    "Flow.set_config": lambda old: Flow().set_config(**old),
    "Flow.execute": lambda old: Flow().execute("a", **old),
    "register": lambda old: ObjectFactory.register("x", Flow(), **old),
    "create": lambda old: ObjectFactory.create("x", **old),
    "create config": lambda old: ObjectFactory.create("x", config=old),
    "Runtime": lambda old: Runtime(**old),
    "Runtime.exec": lambda old: Runtime().exec("x", **old),
    "Runtime.post": lambda old: Runtime().post("x", "a", "input", {}, **old),
}


@pytest.mark.parametrize("word", ["execution_strategy", "execution_mode", "execute_concurrent"])
@pytest.mark.parametrize("value", ["sequential", "concurrent"])
@pytest.mark.parametrize("call", CALLS)
def test_it_is_refused_as_an_argument(call: str, word: str, value: str) -> None:
    with pytest.raises(TypeError) as caught:
        CALLS[call]({word: value})
    assert str(caught.value).endswith(f"{word}: {ADVICE}")


@pytest.mark.parametrize("thing", [Flow(), Runtime()])
def test_it_is_refused_as_an_attribute(thing: Any) -> None:
    for use in (
        lambda: thing.execution_strategy,
        lambda: setattr(thing, "execution_strategy", "concurrent"),
        lambda: thing.set_execution_strategy("concurrent", max_workers=5),
        lambda: thing.execute_concurrent("a"),
    ):
        with pytest.raises(AttributeError, match="every flow runs on the one Runtime"):
            use()
    assert not hasattr(thing, "execution_mode") and not hasattr(thing, "anything")


def test_it_leaves_the_hint_alone() -> None:
    flow = Flow(max_workers=1)
    flow.add_routine(DataValidator(), "a")
    assert flow.document()["settings"] == {"max_workers": 1}
