"""How a logic callable is called: which arguments it takes, found out once and remembered."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import Parameter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from templates_app.routines.errors import DefinitionError, PortError
from templates_app.routines.text import listed

if TYPE_CHECKING:
    from templates_app.routines.context import RunContext
    from templates_app.routines.routine import Routine

# worker_state is what logic written for the older generation calls its run context
KEYWORDS = ("policy_message", "run", "worker_state")
_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a callable takes: at least `fewest` and at most `most` (None: any number) lists, and these keywords."""

    fewest: int
    most: int | None
    keywords: tuple[str, ...]
    positional: tuple[str, ...]

    def takes(self, count: int) -> bool:
        return self.fewest <= count and (self.most is None or count <= self.most)


_Key = tuple[int, bool, tuple[str, ...]]
#: With each shape the object whose id is in its key, so that no other one can get that id.
_known: dict[_Key, tuple[object, Shape]] = {}
_MOST_KNOWN = 4096


def shape(function: Callable[..., Any], keywords: tuple[str, ...] = KEYWORDS) -> Shape:
    """The shape of `function`; raises DefinitionError for what can never be called as logic."""
    known_by, key = _key(function, keywords)
    found = _known.get(key)
    if found is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        found = _known[key] = known_by, _look_at(function, keywords)
    return found[1]


def check_logic(function: Callable[..., Any], slots: Sequence[str]) -> None:
    """Raise DefinitionError unless `function` takes one list for each of `slots`."""
    found = shape(function)
    if found.takes(len(slots)):
        return
    raise DefinitionError(
        f"{_name(function)} takes the lists ({listed(found.positional)}), but the routine has the slots "
        f"({listed(slots)}): logic gets one list for each slot, in their order, "
        f"and after them, if it names them, {listed(KEYWORDS[:2])}."
    )


def run_routine(routine: Routine, inputs: Mapping[str, list[Any]], run: RunContext) -> None:
    """Call the routine's logic once with what was taken from its slots; its output is in `run.emissions`."""
    call = _prepared(routine, inputs, run)
    routine.bind(run)
    try:
        finish(call())
    finally:
        routine.release()


async def run_coroutine(routine: Routine, inputs: Mapping[str, list[Any]], run: RunContext) -> None:
    """The same on a running event loop, for logic that is a coroutine."""
    call = _prepared(routine, inputs, run)
    routine.bind(run)
    try:
        result = call()
        if inspect.iscoroutine(result):
            await result
    finally:
        routine.release()


def is_coroutine(routine: Routine) -> bool:
    return inspect.iscoroutinefunction(routine.call)


def finish(result: object) -> object:
    """The result of a call: a coroutine is run to its end first."""
    return asyncio.run(_await(result)) if inspect.iscoroutine(result) else result


def _prepared(routine: Routine, inputs: Mapping[str, list[Any]], run: RunContext) -> Callable[[], Any]:
    call, slots = routine.call, routine.slots
    found = shape(call)
    if not found.takes(len(slots)):
        check_logic(call, list(slots))
    if not inputs.keys() <= slots.keys():
        strange = listed(sorted(inputs.keys() - slots.keys()))
        raise PortError(f"{type(routine).__name__} was given items for {strange}. Its slots: {listed(slots)}.")
    given = {word: run.policy_message if word == "policy_message" else run for word in found.keywords}
    return partial(call, *[inputs.get(name, []) for name in slots], **given)


async def _await(result: Coroutine[Any, Any, object]) -> object:
    return await result


def _key(function: Callable[..., Any], keywords: tuple[str, ...]) -> tuple[object, _Key]:
    """Closures and methods made anew for each instance share a code object; a decorated one may differ by itself."""
    plain = getattr(function, "__func__", function)
    code = None if getattr(plain, "__dict__", True) else getattr(plain, "__code__", None)
    known_by = code or plain
    return known_by, (id(known_by), plain is not function, keywords)


def _look_at(function: Callable[..., Any], keywords: tuple[str, ...]) -> Shape:
    name = _name(function)
    _check_kind(function, name)
    parameters = list(inspect.signature(function).parameters.values())
    _check_keywords(name, parameters, keywords)
    lists = [p for p in parameters if p.kind in _POSITIONAL and p.name not in keywords]
    return Shape(
        fewest=sum(p.default is Parameter.empty for p in lists),
        most=None if any(p.kind is Parameter.VAR_POSITIONAL for p in parameters) else len(lists),
        keywords=_accepted(parameters, keywords),
        positional=tuple(p.name for p in lists),
    )


def _name(function: object) -> str:
    return getattr(function, "__qualname__", repr(function))


def _check_kind(function: object, name: str) -> None:
    if inspect.isclass(function) or not callable(function):
        raise DefinitionError(f"{name} is not a function: a function or a method is accepted as logic.")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise DefinitionError(f"{name} uses yield, so calling it would run nothing: send output with emit instead.")


def _check_keywords(name: str, parameters: Sequence[Parameter], keywords: tuple[str, ...]) -> None:
    needed = [p.name for p in parameters if p.kind is Parameter.KEYWORD_ONLY and p.default is Parameter.empty]
    strange = [word for word in needed if word not in keywords]
    if strange:
        raise DefinitionError(f"{name} requires the keyword {listed(strange)}: only {listed(keywords)} can be given.")
    positional = [p.name for p in parameters if p.kind in _POSITIONAL]
    early = [word for word, after in pairwise(positional) if word in keywords and after not in keywords]
    if early:
        raise DefinitionError(f"{name} names {early[0]} before a list: the lists come first.")


def _accepted(parameters: Sequence[Parameter], keywords: tuple[str, ...]) -> tuple[str, ...]:
    if any(p.kind is Parameter.VAR_KEYWORD for p in parameters):
        return keywords
    names = {p.name for p in parameters if p.kind is not Parameter.VAR_POSITIONAL}
    return tuple(word for word in keywords if word in names)
