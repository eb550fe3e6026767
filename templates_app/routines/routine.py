"""Routine: a small class with slots, events, a typed config and logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, overload

from pydantic import BaseModel

from routilux_site.lib import strict_json
from routilux_site.lib.errors import ErrorDetail
from templates_app.routines import config as configs
from templates_app.routines.calling import shape
from templates_app.routines.errors import DefinitionError, InactiveError, PortError, RoutineError
from templates_app.routines.ports import (
    DEFAULT_CAPACITY,
    DEFAULT_WATERMARK,
    DEFAULT_WHEN_FULL,
    Event,
    EventSpec,
    Ports,
    Slot,
    SlotSpec,
    check_unique,
)
from templates_app.routines.secret import Lookup

if TYPE_CHECKING:
    from templates_app.routines.context import RunContext
    from templates_app.routines.error_handler import ErrorHandler
    from templates_app.routines.policies import Policy

Logic = Callable[..., Any]
_WAYS = "write a method logic, call set_logic in __init__, or say needs_logic = True when each template names one"


class Routine:
    """Base of all routines. The docstring of a subclass is the description that operators read.

    Declare ports as class attributes (`orders = Slot()`, `done = Event("count")`) and settings in a nested `Config`, or
    add both in an `__init__` without arguments. `logic(self, <one list for each slot>)` does the work and sends output
    with `self.emit`. A new instance is made for each activation: nothing kept on `self` outlives it.

    `pure`: no side effects, and the same input gives the same output. `atomic`: runs inside the transaction that
    commits the step. `needs_logic`: the class brings no logic, each template names a registered logic function.
    """

    pure: ClassVar[bool] = False
    atomic: ClassVar[bool] = False
    needs_logic: ClassVar[bool] = False
    description: ClassVar[str] = ""
    policy: ClassVar[Policy | None] = None
    error_handler: ClassVar[ErrorHandler | None] = None
    Config: ClassVar[type[BaseModel] | None] = None

    # Instances start empty and fall back to these: building one must cost next to nothing, and a subclass whose
    # __init__ forgets super().__init__() works all the same.
    _slots: Mapping[str, SlotSpec] = MappingProxyType({})
    _events: Mapping[str, EventSpec] = MappingProxyType({})
    _own_config: Mapping[str, Any] = MappingProxyType({})
    _config: Any = None
    _policy: Policy | None = None
    _error_handler: ErrorHandler | None = None
    _logic: Logic | None = None
    _run: RunContext | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._slots = MappingProxyType({spec.name: spec for spec in _declared(cls, Slot)})
        cls._events = MappingProxyType({spec.name: spec for spec in _declared(cls, Event)})
        model: object = cls.Config
        if model is not None and not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise DefinitionError(f"{cls.__name__}.Config is not a pydantic model: write class Config(RoutineConfig).")

    @classmethod
    def ports(cls, config: dict[str, Any]) -> Ports:
        """The slots and events that a node with this (valid) config has. Override it when they depend on the config."""
        routine = cls()
        return Ports(tuple(routine.slots.values()), tuple(routine.events.values()))

    @classmethod
    def default_policy(cls, config: dict[str, Any]) -> Policy | None:
        """The policy of a node with this (valid) config that states none itself; None means immediate."""
        return cls().activation_policy

    @classmethod
    def parse_config(cls, config: dict[str, Any]) -> Any:
        """`config` as the typed `Config`, together with what `__init__` sets; raises ConfigError."""
        return configs.parse(cls.Config, strict_json.dumps({**cls()._own_config, **config}))

    @property
    def slots(self) -> Mapping[str, SlotSpec]:
        return self._slots

    @property
    def events(self) -> Mapping[str, EventSpec]:
        return self._events

    @property
    def config(self) -> Any:
        """The typed `Config`; without one, any JSON object whose keys read as attributes."""
        if self._config is None:
            self._config = configs.parse(self.Config, strict_json.dumps(dict(self._own_config)))
        return self._config

    @property
    def own_config(self) -> dict[str, Any]:
        """What `set_config` has set, without the defaults of `Config`."""
        return dict(self._own_config)

    @property
    def own_policy(self) -> Policy | None:
        """What `set_activation_policy` has set; None leaves it to the class."""
        return self._policy

    @property
    def own_handler(self) -> ErrorHandler | None:
        return self._error_handler

    @property
    def own_logic(self) -> Logic | None:
        return self._logic

    @property
    def activation_policy(self) -> Policy | None:
        return self._policy or self.policy

    @property
    def handler(self) -> ErrorHandler | None:
        return self._error_handler or self.error_handler

    @property
    def call(self) -> Logic:
        """The logic to run: what `set_logic` was given, else the method `logic`."""
        logic = self._logic or getattr(self, "logic", None)
        if logic is None:
            raise DefinitionError(f"{type(self).__name__} has no logic: {_WAYS}.")
        return logic

    def emit(self, event: str, /, **payload: Any) -> None:
        """Send a payload out by one of the events; it is checked and copied at once."""
        if self._run is None:
            raise InactiveError(f"emit('{event}') outside of an activation: only a running routine can emit.")
        self._run.emit_payload(event, payload)

    def add_slot(
        self,
        name: str,
        max_queue_length: int = DEFAULT_CAPACITY,
        watermark: float = DEFAULT_WATERMARK,
        *,
        when_full: str = DEFAULT_WHEN_FULL,
    ) -> Self:
        self._refuse_while_running("add_slot")
        if name in self._slots:
            raise PortError(f"Slot '{name}' already exists")
        slot = SlotSpec(name, max_queue_length, watermark, when_full=when_full)
        self._slots = MappingProxyType({**self._slots, name: slot})
        return self

    def add_event(self, name: str, output_params: Sequence[str] = ()) -> Self:
        self._refuse_while_running("add_event")
        if name in self._events:
            raise PortError(f"Event '{name}' already exists")
        params = output_params if isinstance(output_params, str) else tuple(output_params)
        self._events = MappingProxyType({**self._events, name: EventSpec(name, params)})  # type: ignore[arg-type]
        return self

    define_slot = add_slot
    define_event = add_event

    def set_config(self, /, **values: Any) -> Self:
        """Set config keys; other keys stay. Values are JSON, checked against `Config` when they are first read."""
        self._refuse_while_running("set_config")
        strict_json.check(values, path="config")
        self._own_config, self._config = {**self._own_config, **values}, None
        return self

    def get_config(self, key: str, default: Any = None) -> Any:
        config = self.config
        if isinstance(config, configs.OpenConfig):
            return config.get(key, default)
        return getattr(config, key) if key in type(config).model_fields else default

    def configure(self, text: str, secrets: Lookup | None = None) -> Self:
        """Take a node's config (JSON text) over what `set_config` has set; raises ConfigError."""
        if self._own_config:
            text = strict_json.dumps({**self._own_config, **configs.parse_object(text)})
        self._config = configs.parse(self.Config, text, secrets)
        return self

    def take_ports(self, ports: Ports) -> Self:
        """Have the ports that the config asks for."""
        self._slots = MappingProxyType({spec.name: spec for spec in ports.slots})
        self._events = MappingProxyType({spec.name: spec for spec in ports.events})
        return self

    def set_activation_policy(self, policy: Policy) -> Self:
        self._refuse_while_running("set_activation_policy")
        if not callable(getattr(policy, "decide", None)):
            raise DefinitionError(f"{policy!r} is not a policy: write for example batch_size_policy(10).")
        self._policy = policy
        return self

    def set_error_handler(self, handler: ErrorHandler) -> Self:
        self._refuse_while_running("set_error_handler")
        if not callable(getattr(handler, "decide", None)):
            raise DefinitionError(f"{handler!r} is not an error handler: write for example ErrorHandler('retry').")
        self._error_handler = handler
        return self

    def set_logic(self, logic: Logic) -> Self:
        """Use `logic(<one list for each slot>)` in place of the method; it may also take `run` and `policy_message`."""
        self._refuse_while_running("set_logic")
        shape(logic)
        self._logic = logic
        return self

    def bind(self, run: RunContext) -> None:
        """From here to `release` the routine runs; `run_routine` does both."""
        run.open(self.config, self._events)
        self._run = run

    def release(self) -> None:
        if self._run is not None:
            self._run.close()
        self._run = None

    def _refuse_while_running(self, verb: str) -> None:
        if self._run is not None:
            raise InactiveError(f"{verb}() while the routine runs: a running routine is read-only, use run.state.")


_STATIC_PORTS = getattr(Routine.ports, "__func__", None)


def has_dynamic_ports(cls: type[Routine]) -> bool:
    return getattr(cls.ports, "__func__", None) is not _STATIC_PORTS


def config_errors(cls: type[Routine], config: object) -> list[ErrorDetail]:
    """What a node's config is refused for; empty when it is fine. Paths are inside the config: `routes.0.when.op`."""
    own = cls().own_config
    found = configs.model_errors(cls.Config, {**own, **config} if isinstance(config, dict) else config)
    return found or (_port_errors(cls, {**own, **config}) if isinstance(config, dict) else [])


def config_schema(cls: type[Routine]) -> dict[str, Any]:
    """The JSON schema of the routine's config, with descriptions, bounds and defaults."""
    return configs.schema(cls.Config)


def _port_errors(cls: type[Routine], config: dict[str, Any]) -> list[ErrorDetail]:
    if not has_dynamic_ports(cls):
        return []
    try:
        cls.ports(config)
    except RoutineError as error:
        return list(error.details())
    return []


@overload
def _declared(cls: type[Routine], kind: type[Slot]) -> tuple[SlotSpec, ...]: ...
@overload
def _declared(cls: type[Routine], kind: type[Event]) -> tuple[EventSpec, ...]: ...
def _declared(cls: type[Routine], kind: type[Slot] | type[Event]) -> tuple[SlotSpec, ...] | tuple[EventSpec, ...]:
    """The ports of a class, those of its bases first; a subclass replaces one in place, or removes it with None."""
    found: dict[str, Slot | Event] = {}
    for base in reversed(cls.__mro__):
        for attribute, value in vars(base).items():
            if isinstance(value, kind):
                _check_attribute(cls, attribute, value)
                found[attribute] = value
            elif attribute in found:
                del found[attribute]
    specs = tuple(port.spec(attribute) for attribute, port in found.items())
    check_unique(kind.__name__, specs)  # type: ignore[arg-type]
    return specs  # type: ignore[return-value]


def _check_attribute(cls: type[Routine], attribute: str, port: Slot | Event) -> None:
    if hasattr(Routine, attribute) or attribute == "logic":
        kind = type(port).__name__
        raise PortError(
            f"{kind} '{attribute}' of {cls.__name__} hides Routine.{attribute}: "
            f"name the attribute otherwise and write {kind}(name='{attribute}')."
        )
