from __future__ import annotations

from typing import Any

import pytest

from templates_app.routines import Event, RoutineConfig, RunContext, Slot, routine, routine_class
from templates_app.routines.errors import DefinitionError, EmitError
from tests.routines.helpers import emitted, run


class Loudness(RoutineConfig):
    marks: int = 1


@routine(slot="words", event="shouted", config=Loudness, pure=True)
def shout(item: dict[str, Any], config: Loudness) -> dict[str, Any]:
    """Says it louder."""
    return {"text": item["text"].upper() + "!" * config.marks}


@routine
def several(item: Any) -> Any:
    return item


def test_it_emits_what_the_function_returns_for_each_item() -> None:
    made = routine_class(shout)().configure('{"marks": 2}')
    done = run(made, {"words": [{"text": "a"}, {"text": "b"}]})
    assert emitted(done) == [("shouted", {"text": "A!!"}), ("shouted", {"text": "B!!"})]


def test_it_leaves_the_function_as_it_was() -> None:
    assert shout({"text": "a"}, Loudness()) == {"text": "A!"}
    cls = routine_class(shout)
    assert (cls.__name__, cls.__doc__, cls.pure) == ("shout", "Says it louder.", True)


@pytest.mark.parametrize(("item", "count"), [(None, 0), ([], 0), ({}, 1), ([{"a": 1}, {"b": 2}], 2)])
def test_it_emits_nothing_one_or_many(item: Any, count: int) -> None:
    assert len(emitted(run(routine_class(several)(), {"input": [item]}))) == count


@pytest.mark.parametrize("item", [3, "text", [1], [None]])
def test_it_refuses_other_results(item: Any) -> None:
    with pytest.raises(EmitError, match=r"several returned .*: a dict, a list of dicts or None is accepted"):
        run(routine_class(several)(), {"input": [item]})


def test_it_offers_the_run() -> None:
    @routine(slot=Slot(name="n"), event=Event("n", name="sent"))
    async def counted(item: Any, run: RunContext, policy_message: Any) -> None:
        run.emit("sent", n=item, why=policy_message)

    done = run(routine_class(counted)(), {"n": [1]}, policy_message="m")
    assert emitted(done) == [("sent", {"n": 1, "why": "m"})]


def test_it_takes_a_plain_function() -> None:
    def plain(item: dict[str, Any]) -> dict[str, Any]:
        return item

    assert emitted(run(routine_class(plain)(), {"input": [{"a": 1}]})) == [("output", {"a": 1})]
    assert routine_class(plain) is routine_class(plain)


def test_it_refuses_a_function_of_several_items() -> None:
    with pytest.raises(DefinitionError, match=r"takes \(a, b\): a routine function takes one item"):
        routine(lambda a, b: None)


def test_it_refuses_an_argument_that_it_does_not_know() -> None:
    with pytest.raises(DefinitionError, match=r"no argument puer. Did you mean pure\?"):
        routine(puer=True)(lambda a: None)
