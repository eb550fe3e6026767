from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from templates_app import catalog
from templates_app.errors import RegistrationError, UnknownName
from templates_app.routines import Routine, RoutineConfig, RunContext, Slot, batch_size_policy, routine
from templates_app.routines.errors import ConfigError
from tests.routines.helpers import emitted, run


class Greeter(Routine):
    """Greets.

    Politely.
    """

    people = Slot()

    class Config(RoutineConfig):
        words: list[str] = ["hello"]

    def __init__(self) -> None:
        self.add_event("greeted")

    def logic(self, people: list[Any]) -> None:
        for name in people:
            self.emit("greeted", text=f"{self.config.words[0]} {name}")


def test_it_keeps_what_people_are_told() -> None:
    catalog.register("greeter", Greeter, category="talk", tags=["polite"])
    entry = catalog.get("greeter")
    assert (entry.cls, entry.description) == (Greeter, "Greets.\n\nPolitely.")
    assert (entry.category, entry.tags) == ("talk", ("polite",))


def test_it_knows_one_class_under_several_names() -> None:
    catalog.register("greeter", Greeter)
    catalog.register("welcome", Greeter)
    assert {"greeter", "welcome"} <= set(catalog.names())


def test_it_is_usable_as_a_decorator() -> None:
    @catalog.register("double", category="numbers")
    @routine
    def double(item: dict[str, Any]) -> dict[str, Any]:
        return {"n": item["n"] * 2}

    done = run(catalog.build("double"), {"input": [{"n": 2}]})
    assert emitted(done) == [("output", {"n": 4})]


def test_it_builds_a_new_instance_that_shares_nothing() -> None:
    catalog.register("greeter", Greeter)
    first, second = (catalog.build("greeter", '{"words": ["hi"]}') for _ in range(2))
    first.config.words.append("leak")
    first.add_event("extra")
    assert (second.config.words, list(second.events)) == (["hi"], ["greeted"])
    assert emitted(run(second, {"people": ["Ann"]})) == [("greeted", {"text": "hi Ann"})]


def test_it_builds_the_ports_that_the_config_asks_for() -> None:
    text = '{"routes": [{"name": "big", "when": {"path": "n", "op": "gt", "value": 9}}]}'
    assert list(catalog.build("conditional_router", text).events) == ["big", "output"]
    assert list(catalog.build("conditional_router").events) == ["output"]


def test_it_refuses_config_that_the_class_refuses() -> None:
    with pytest.raises(ConfigError, match=r"word: There is no such setting. Did you mean words\?"):
        catalog.register("greeter", Greeter)
        catalog.build("greeter", '{"word": []}')


def test_it_names_the_registered_ones_closest_first() -> None:
    with pytest.raises(UnknownName, match=r'"filtr".*closest first: filter, fail, aggregator, approval, batcher'):
        catalog.get("filtr")
    with pytest.raises(UnknownName, match='No logic is registered as "x"'):
        catalog.logic("x")


def test_it_never_imports_by_name() -> None:
    with pytest.raises(UnknownName):
        catalog.build("tests.routines.test_catalog.Greeter")


def test_it_takes_the_same_object_twice_and_no_other() -> None:
    catalog.register("greeter", Greeter)
    catalog.register("greeter", Greeter)
    with pytest.raises(RegistrationError, match=r"'greeter' is already registered for .*test_catalog.Greeter"):
        catalog.register("greeter", type("Other", (Greeter,), {}))


@pytest.mark.parametrize("name", ["", "a b", "a.b", "-a", "a" * 101, 7])
def test_it_refuses_names_that_paths_could_not_carry(name: Any) -> None:
    with pytest.raises(RegistrationError, match="cannot be a name in the catalog"):
        catalog.register(name, Greeter)


def test_it_refuses_names_that_differ_by_case_alone() -> None:
    with pytest.raises(RegistrationError, match="'Filter' is already registered as 'filter'"):
        catalog.register("Filter", Greeter)


class Arguments(Greeter):
    def __init__(self, rate: float, *more: int, unit: str = "") -> None: ...


class Exploding(Greeter):
    def __init__(self) -> None:
        raise OSError("no network")


class Sharing(Greeter):
    seen: list[str] = []


class Silent(Routine):
    people = Slot()


class Unfit(Greeter):
    policy = {"type": "immediate"}  # type: ignore[assignment]


class Mismatched(Greeter):
    def logic(self, people: list[Any], more: list[Any]) -> None: ...  # type: ignore[override]


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (int, "int is neither a Routine subclass nor a function"),
        ("text", "An object of type str is neither"),
        (Greeter(), "An object of type Greeter is neither"),
        (Arguments, "Arguments.__init__ requires rate, but routines are made without arguments"),
        (Exploding, "making one raised OSError: no network"),
        (Sharing, "Sharing.seen is a list that all activations would share"),
        (Silent, "Silent has no logic: write a method logic"),
        (Mismatched, r"Mismatched.logic takes the lists \(people, more\), but the routine has the slots \(people\)"),
        (lambda: None, r"takes \(none\): a routine function takes one item"),
    ],
)
def test_it_refuses_what_could_not_run(target: Any, told: str) -> None:
    with pytest.raises(RegistrationError, match=told):
        catalog.register("candidate", target)
    assert "candidate" not in catalog.names()


def test_it_refuses_attributes_of_the_wrong_type() -> None:
    with pytest.raises(RegistrationError, match=r"Unfit\.policy is a dict"):
        catalog.register("candidate", Unfit)
    with pytest.raises(RegistrationError, match="error_handler is none: write for example ErrorHandler"):
        catalog.register("candidate", type("Unfit2", (Greeter,), {"error_handler": "retry"}))


class Open(Routine):
    """What it does, each template says."""

    needs_logic = True
    policy = batch_size_policy(2)
    people = Slot()

    def __init__(self) -> None:
        self.add_event("out")


def test_it_runs_registered_logic() -> None:
    @catalog.register_logic("count_people")
    def count(people: list[Any], run: RunContext) -> None:
        run.emit("out", n=len(people))

    catalog.register("open", Open)
    done = run(catalog.build("open", "{}", "count_people"), {"people": ["a", "b"]})
    assert emitted(done) == [("out", {"n": 2})]
    assert "count_people" in catalog.logic_names()


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (Greeter().logic, "bound to one object"),
        (lambda: None, "takes no list"),
        (lambda a, *, clock: None, "requires the keyword clock"),
        (int, "is not a function"),
    ],
)
def test_it_refuses_logic_that_could_not_run(function: Any, told: str) -> None:
    with pytest.raises(RegistrationError, match=told):
        catalog.register_logic("candidate", function)


def test_it_registers_the_named_functions_of_a_module() -> None:
    module = ModuleType("shop.routines")

    @routine("tidy")
    def tidy(item: dict[str, Any]) -> dict[str, Any]:
        return item

    tidy.__module__ = "shop.routines"
    vars(module).update(tidy=tidy, borrowed=emitted)
    catalog._register_named_functions(module)
    assert "tidy" in catalog.names()


def test_it_discovers_the_built_ins_again_and_again() -> None:
    catalog.autodiscover()
    catalog.autodiscover()
    assert {"mapper", "filter", "read_csv", "write_rows"} <= set(catalog.names())
