"""A function is enough for a simple routine: `@routine`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, overload

from pydantic import BaseModel

from templates_app.routines.calling import finish, shape
from templates_app.routines.context import RunContext
from templates_app.routines.errors import DefinitionError, EmitError
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine
from templates_app.routines.text import listed, shorten, suggestion

F = TypeVar("F", bound=Callable[..., Any])

KEYWORDS = ("config", "run", "policy_message")
_ATTRIBUTES = ("pure", "atomic", "policy", "error_handler", "description")


class FunctionRoutine(Routine):
    """Calls a function for each item of its one slot, and emits what it returns."""

    function: ClassVar[Callable[..., Any]]
    _event: ClassVar[str] = "output"

    def logic(self, items: list[Any], *, run: RunContext) -> None:
        function = type(self).function
        offered = {"config": self.config, "run": run, "policy_message": run.policy_message}
        given = {word: offered[word] for word in shape(function, KEYWORDS).keywords}
        for item in items:
            self._emit_result(finish(function(item, **given)), run)

    def _emit_result(self, result: object, run: RunContext) -> None:
        for payload in result if isinstance(result, list) else [] if result is None else [result]:
            if not isinstance(payload, dict):
                raise EmitError(
                    f"{type(self).__name__} returned {shorten(payload)}: a dict, a list of dicts or None is accepted."
                )
            run.emit_payload(self._event, payload)


@overload
def routine(name: F) -> F: ...
@overload
def routine(
    name: str | None = None,
    *,
    slot: str | Slot = ...,
    event: str | Event = ...,
    config: type[BaseModel] | None = ...,
    **attributes: Any,
) -> Callable[[F], F]: ...
def routine(
    name: F | str | None = None,
    *,
    slot: str | Slot = "input",
    event: str | Event = "output",
    config: type[BaseModel] | None = None,
    **attributes: Any,
) -> F | Callable[[F], F]:
    """Make a routine of `function(item)`, which may also take `config`, `run` and `policy_message`.

    A returned dict is emitted on `event`, each dict of a returned list likewise, None emits nothing. The function stays
    an ordinary function; `routine_class(function)` is what it became. With a `name`, in an app's `routines` module, it
    is registered by itself. `attributes`: pure, atomic, policy, error_handler, description.
    """

    def decorate(function: F) -> F:
        namespace = {"Config": config, **_checked(attributes)}
        made = _make(function, slot, event, namespace)
        vars(function)["routine_class"], vars(function)["routine_name"] = made, name if isinstance(name, str) else None
        return function

    if name is None or isinstance(name, str):
        return decorate
    return decorate(name)


def routine_class(target: object) -> type[Routine]:
    """The routine class that a class, a decorated or a plain function stands for."""
    if isinstance(target, type) and issubclass(target, Routine):
        return target
    if not inspect.isfunction(target):
        raise DefinitionError(f"{_name(target)} is neither a Routine subclass nor a function.")
    if "routine_class" not in vars(target):
        routine(target)
    made: type[Routine] = vars(target)["routine_class"]
    return made


def _name(value: object) -> str:
    return getattr(value, "__qualname__", None) or f"An object of type {type(value).__name__}"


def _make(
    function: Callable[..., Any], slot: str | Slot, event: str | Event, namespace: dict[str, Any]
) -> type[FunctionRoutine]:
    found = shape(function, KEYWORDS)
    if not found.takes(1):
        raise DefinitionError(
            f"{function.__qualname__} takes ({listed(found.positional)}): a routine function takes one item, "
            f"and after it, if it names them, {listed(KEYWORDS)}."
        )
    out = Event(name=event) if isinstance(event, str) else event
    ports = {"input_": Slot(name=slot) if isinstance(slot, str) else slot, "output_": out}
    about = {"__doc__": function.__doc__, "__module__": function.__module__, "__qualname__": function.__qualname__}
    members = {**about, **ports, **namespace, "function": staticmethod(function), "_event": out.name or "output"}
    return type(function.__name__, (FunctionRoutine,), members)


def _checked(attributes: dict[str, Any]) -> dict[str, Any]:
    for key in attributes:
        if key not in _ATTRIBUTES:
            raise DefinitionError(f"@routine has no argument {key}.{suggestion(key, _ATTRIBUTES)}")
    return attributes
