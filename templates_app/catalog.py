"""The catalog: the only way from a stored name to code. A dotted path is never imported."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any, TypeVar, overload

from templates_app.errors import RegistrationError, UnknownName
from templates_app.routines import ErrorHandler, Lookup, Policy, Ports, Routine, check_logic, routine_class
from templates_app.routines.calling import shape
from templates_app.routines.config import check_model, parse_object
from templates_app.routines.custom import check_signature, keep_policy, policy_function, policy_names
from templates_app.routines.error_handler import register_exception
from templates_app.routines.errors import DefinitionError, RoutineError
from templates_app.routines.routine import Logic, has_dynamic_ports
from templates_app.routines.text import closest_first, listed, shorten

__all__ = [
    "Entry",
    "autodiscover",
    "build",
    "get",
    "logic",
    "logic_names",
    "names",
    "policy_names",
    "register",
    "register_exception",
    "register_logic",
    "register_policy",
]

T = TypeVar("T", bound=Callable[..., Any])

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered routine class and what people are told about it. `category` and `tags` are for lists and search."""

    name: str
    cls: type[Routine]
    description: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()


_entries: dict[str, Entry] = {}
_logics: dict[str, Logic] = {}


@overload
def register(
    name: str, target: None = ..., *, description: str = ..., category: str = ..., tags: Iterable[str] = ...
) -> Callable[[T], T]: ...
@overload
def register(name: str, target: T, *, description: str = ..., category: str = ..., tags: Iterable[str] = ...) -> T: ...
def register(
    name: str, target: T | None = None, *, description: str = "", category: str = "", tags: Iterable[str] = ()
) -> T | Callable[[T], T]:
    """Make a Routine subclass or a function known under `name`; without `target` it is a decorator.

    The same object under the same name again is harmless; a taken name is refused. Raises RegistrationError.
    """
    if target is None:
        return lambda decorated: register(name, decorated, description=description, category=category, tags=tags)
    _check_name(name, _entries)
    cls = _usable_class(name, target)
    about = description or cls.description or inspect.cleandoc(cls.__doc__ or "")
    _keep(_entries, name, Entry(name, cls, about, category, tuple(tags)))
    return target


@overload
def register_logic(name: str, function: None = ...) -> Callable[[T], T]: ...
@overload
def register_logic(name: str, function: T) -> T: ...
def register_logic(name: str, function: T | None = None) -> T | Callable[[T], T]:
    """Make a function known as logic that templates can name: `function(<one list for each slot>, run)`."""
    if function is None:
        return lambda decorated: register_logic(name, decorated)
    _check_name(name, _logics)
    if inspect.ismethod(function):
        raise RegistrationError(f"Logic '{name}' is bound to one object, whose state all activations would share.")
    _check_logic_function(name, function)
    _keep(_logics, name, function)
    return function


@overload
def register_policy(name: str, function: None = ...) -> Callable[[T], T]: ...
@overload
def register_policy(name: str, function: T) -> T: ...
def register_policy(name: str, function: T | None = None) -> T | Callable[[T], T]:
    """Make `function(slots, worker_state, **settings) -> (activate, data_slice, message)` known as a custom policy."""
    if function is None:
        return lambda decorated: register_policy(name, decorated)
    known = {other: policy_function(other) for other in policy_names()}
    _check_name(name, known)
    try:
        check_signature(function)
    except RoutineError as error:
        raise RegistrationError(f"Policy '{name}' cannot be registered: {error.message}") from error
    _keep(known, name, function)
    keep_policy(name, function)
    return function


def get(name: str) -> Entry:
    """The entry of a registered routine; raises UnknownName, which names those that are, the closest first."""
    entry = _entries.get(name)
    if entry is None:
        raise _unknown("routine", name, _entries)
    return entry


def names() -> list[str]:
    return sorted(_entries)


def logic(name: str) -> Logic:
    """The registered logic function of that name; raises UnknownName."""
    function = _logics.get(name)
    if function is None:
        raise _unknown("logic", name, _logics)
    return function


def logic_names() -> list[str]:
    return sorted(_logics)


def build(
    class_key: str, config_text: str = "{}", logic: str | None = None, *, secrets: Lookup | None = None
) -> Routine:
    """A new routine for one activation. `config_text` (JSON) is parsed anew, so that nothing is shared between two.

    Without `secrets` those that the config names have no value. Raises UnknownName for a name that is not registered,
    ConfigError for config that the class refuses.
    """
    cls = get(class_key).cls
    routine = cls().configure(config_text, secrets)
    if has_dynamic_ports(cls):
        routine.take_ports(_ports(cls, config_text))  # type: ignore[arg-type] # mypy takes no class for hashable
    return routine if logic is None else routine.set_logic(_registered_logic(logic))


def autodiscover() -> None:
    """Register the built-ins, and what the `routines` modules of the installed apps register when they are imported."""
    from django.apps import apps
    from django.utils.module_loading import autodiscover_modules

    _register_builtins()
    autodiscover_modules("routines")
    for app in apps.get_app_configs():
        module = sys.modules.get(f"{app.name}.routines")
        if module is not None:
            _register_named_functions(module)


_registered_logic = logic


@lru_cache(maxsize=1024)
def _ports(cls: type[Routine], config_text: str) -> Ports:
    return cls.ports({**cls().own_config, **parse_object(config_text)})


def _register_builtins() -> None:
    from templates_app.routines.builtin import BY_CATEGORY

    for category, members in BY_CATEGORY.items():
        for name, cls in members.items():
            register(name, cls, category=category)


def _register_named_functions(module: ModuleType) -> None:
    """Register the functions that `@routine("name")` made in this module; imported ones belong elsewhere."""
    for value in list(vars(module).values()):
        name = getattr(value, "routine_name", None)
        if inspect.isfunction(value) and name and value.__module__ == module.__name__:
            register(name, value)


def _check_name(name: object, known: Mapping[str, object]) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        accepted = "a letter or digit, then letters, digits, _ and - are accepted, at most 100 in all"
        raise RegistrationError(f"{shorten(name)} cannot be a name in the catalog: {accepted}.")
    twin = next((other for other in known if other.lower() == name.lower() and other != name), None)
    if twin is not None:
        raise RegistrationError(f"'{name}' is already registered as '{twin}': names differ by more than case.")


def _keep(known: dict[str, Any], name: str, value: Any) -> None:
    before = known.get(name)
    if before is not None and _code(before) is not _code(value):
        raise RegistrationError(f"'{name}' is already registered for {_place(_code(before))}: take another name.")
    known[name] = value


def _code(kept: Any) -> Any:
    return kept.cls if isinstance(kept, Entry) else kept


def _place(code: Any) -> str:
    return f"{code.__module__}.{code.__qualname__}"


def _usable_class(name: str, target: object) -> type[Routine]:
    try:
        cls = routine_class(target)
        _check_constructor(cls)
        _check_attributes(cls)
        check_model(cls.Config)
        _check_own_logic(cls)
    except RoutineError as error:
        raise RegistrationError(f"Routine '{name}' cannot be registered: {error.message}") from error
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise RegistrationError(f"Routine '{name}' cannot be registered, making one raised {told}") from error
    return cls


def _check_constructor(cls: type[Routine]) -> None:
    needed = [p.name for p in _init_parameters(cls) if _is_required(p)]
    if needed:
        raise DefinitionError(
            f"{cls.__name__}.__init__ requires {listed(needed)}, but routines are made without arguments: "
            "declare settings in a nested Config and read them as self.config."
        )
    cls()


def _init_parameters(cls: type[Routine]) -> list[inspect.Parameter]:
    return list(inspect.signature(cls.__init__).parameters.values())[1:]


def _is_required(parameter: inspect.Parameter) -> bool:
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is inspect.Parameter.empty and parameter.kind not in variable


def _check_attributes(cls: type[Routine]) -> None:
    for base in cls.__mro__:
        for attribute, value in vars(base).items():
            if isinstance(value, list | dict | set) and not attribute.startswith("__"):
                told = f"{base.__name__}.{attribute} is a {type(value).__name__} that all activations would share"
                advice = "make it in logic, keep it in run.state, or, if it never changes, put it into the module"
                raise DefinitionError(f"{told}: {advice}.")
    routine = cls()
    if not isinstance(routine.activation_policy, Policy | None):
        raise DefinitionError(f"{cls.__name__}.policy is no policy: write for example batch_size_policy(10).")
    if not isinstance(routine.handler, ErrorHandler | None):
        raise DefinitionError(f"{cls.__name__}.error_handler is none: write for example ErrorHandler('retry').")


def _check_own_logic(cls: type[Routine]) -> None:
    if cls.needs_logic:
        return
    routine = cls()
    if has_dynamic_ports(cls):
        shape(routine.call)
    else:
        check_logic(routine.call, list(routine.slots))


def _check_logic_function(name: str, function: Logic) -> None:
    try:
        found = shape(function)
    except RoutineError as error:
        raise RegistrationError(f"Logic '{name}' cannot be registered: {error.message}") from error
    if found.most == 0:
        raise RegistrationError(f"Logic '{name}' takes no list: logic gets one list of items for each slot.")


def _unknown(kind: str, name: object, known: Mapping[str, object]) -> UnknownName:
    told = listed(closest_first(name if isinstance(name, str) else "", sorted(known)))
    return UnknownName(f"No {kind} is registered as {shorten(name)}. Registered, the closest first: {told}.")
