"""From code to the name that the catalog knows it by; what has none is refused with the line that gives it one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from templates_app import catalog
from templates_app.factory.errors import NotRegistered
from templates_app.routines import Routine

Function = Callable[..., Any]


def class_names(cls: type[Routine]) -> list[str]:
    """All names of a routine class; a class may be known under several."""
    return [name for name in catalog.names() if catalog.get(name).cls is cls]


def class_name(cls: type[Routine]) -> str:
    names = class_names(cls)
    if not names:
        line = f'catalog.register("{_snake(cls.__name__)}", {cls.__name__})'
        raise NotRegistered(
            f"{cls.__name__} is not in the catalog. Write {line} in the routines module of an app, "
            "so that the processes that run jobs know it too.",
            path="class",
        )
    return names[0]


def logic_name(routine: Routine) -> str | None:
    """The name of the logic that was set on this object; None when it is what the class itself brings."""
    logic = routine.own_logic
    if logic is None or _is_of_class(logic, type(routine)().own_logic):
        return None
    return function_name(logic)


def function_name(logic: Function | str) -> str:
    """The registered name of a logic function, or the name itself; raises NotRegistered or UnknownName."""
    if isinstance(logic, str):
        catalog.logic(logic)
        return logic
    name = next((name for name in catalog.logic_names() if catalog.logic(name) is logic), None)
    if name is None:
        raise NotRegistered(_how_to_register(logic), path="logic")
    return name


def _is_of_class(logic: Function, usual: Function | None) -> bool:
    """A method or a lambda that `__init__` sets is another object each time, and the same code."""
    return usual is not None and _code(logic) is _code(usual)


def _code(function: Function) -> object:
    plain = getattr(function, "__func__", function)
    return getattr(plain, "__code__", plain)


def _how_to_register(logic: Function) -> str:
    told = getattr(logic, "__qualname__", type(logic).__name__)
    plain = getattr(logic, "__name__", "")
    name = plain if plain.isidentifier() else "my_logic"
    line = f'catalog.register_logic("{name}", {name})'
    if inspect.ismethod(logic):
        return f"{told} is bound to one object, whose state all clones would share. Make it a function: {line}"
    if name != plain:
        return f"{told} has no name that could be stored. Make it a function with a name: {line}"
    return f"{told} is not registered as logic. Register it in the routines module of an app: {line}"


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() and index else char.lower() for index, char in enumerate(name))
