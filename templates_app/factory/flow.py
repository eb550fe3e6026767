"""Flow: a graph of routine objects, drawn in Python, stored and run as a template."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self
from uuid import uuid4

from templates_app.document import PORT, flow_draft
from templates_app.factory import drafts, launching
from templates_app.factory.errors import WiringError, value_errors
from templates_app.factory.launching import Handle
from templates_app.factory.names import class_name
from templates_app.factory.origin import FlowOrigin, origin_of
from templates_app.factory.retired import WithoutStrategy, refuse_keywords, refuse_retired
from templates_app.factory.state import handler_json, json_copy, ports_of
from templates_app.problems import Problem
from templates_app.routines import ErrorHandler, Routine
from templates_app.spec import ConnectionSpec


class Flow(WithoutStrategy):
    """A graph of routines. It starts no thread and holds no queue: `execute` hands it to the one Runtime.

    `flow_id` is the name under which `execute` stores the flow when it was never registered. `max_workers` is a hint:
    at most so many steps of one job at a time, 1 is strictly one after the other, absent leaves it to the Runtime.
    `timeout` (also `execution_timeout`) is the time of one job, in seconds; absent means no limit.
    """

    def __init__(
        self,
        flow_id: str | None = None,
        *,
        max_workers: int | None = None,
        execution_timeout: float | None = None,
        timeout: float | None = None,
        **retired: Any,
    ) -> None:
        refuse_keywords("Flow", retired)
        if timeout is not None and execution_timeout is not None:
            raise WiringError("timeout and execution_timeout are one setting: give one of them.", path="timeout")
        self.flow_id = flow_id or str(uuid4())
        self.origin: FlowOrigin | None = None
        self._routines: dict[str, Routine] = {}
        self._connections: list[ConnectionSpec] = []
        self._settings: dict[str, Any] = {}
        self._last_piped: str | None = None
        stated = {"max_workers": max_workers, "timeout": execution_timeout if timeout is None else timeout}
        self.set_config(**{key: value for key, value in stated.items() if value is not None})

    def __repr__(self) -> str:
        return f"Flow[{self.flow_id}]"

    @property
    def routines(self) -> Mapping[str, Routine]:
        return MappingProxyType(self._routines)

    @property
    def connections(self) -> tuple[ConnectionSpec, ...]:
        return tuple(self._connections)

    @property
    def settings(self) -> dict[str, Any]:
        """A copy of what was set on the flow: `max_workers`, `timeout`, `error_handler`, `entry` and so on."""
        settings: dict[str, Any] = json_copy(self._settings, "settings")
        return settings

    @property
    def max_workers(self) -> int | None:
        return self._settings.get("max_workers")

    @property
    def timeout(self) -> float | None:
        return self._settings.get("timeout")

    execution_timeout = timeout

    def set_config(self, **settings: Any) -> Self:
        """Set flow settings: max_workers, timeout, error_handler, entry, input_schema, keep_open, max_attempts,
        concurrency, rate_limit."""
        refuse_retired(settings)
        with value_errors():
            flow_draft({"settings": settings})
        self._settings = {**self._settings, **json_copy(settings, "settings")}
        return self

    def add_routine(self, routine: Routine | type[Routine], routine_id: str | None = None) -> str:
        """Add a node; returns its id. The object stays yours: what you set on it later counts until it is stored."""
        made = routine() if isinstance(routine, type) else routine
        if not isinstance(made, Routine):
            raise WiringError(f"A {type(made).__name__} is no routine: an object of a Routine class is accepted.")
        name = routine_id or self._free_id(made)
        if not PORT.fullmatch(f"{name}.x"):
            raise WiringError(f"{name!r} cannot name a node: a letter or _, then at most 63 letters, digits and _.")
        if name in self._routines:
            raise WiringError(f"Routine ID '{name}' already exists in flow")
        self._routines[name] = made
        return name

    def connect(self, source: str, event: str, target: str, slot: str) -> ConnectionSpec:
        """Lead an event of one node to a slot of another, or of the same."""
        if event not in [port.name for port in ports_of(self._routine("Source", source)).events]:
            raise WiringError(f"Event '{event}' not found in routine '{source}'")
        if slot not in [port.name for port in ports_of(self._routine("Target", target)).slots]:
            raise WiringError(f"Slot '{slot}' not found in routine '{target}'")
        connection = ConnectionSpec(source, event, target, slot)
        if connection in self._connections:
            raise WiringError(f"{connection} is connected already: once is accepted.")
        self._connections.append(connection)
        return connection

    def pipe(
        self,
        routine: Routine | type[Routine],
        routine_id: str | None = None,
        *,
        from_routine: str | None = None,
        from_event: str = "output",
        to_slot: str = "input",
    ) -> Self:
        """Add a routine behind the one that was piped last, or behind `from_routine`; the first one begins the pipe."""
        source = from_routine or self._last_piped
        if source is not None:
            self._routine("Source", source)
        name = self.add_routine(routine, routine_id)
        if source is not None:
            try:
                self.connect(source, from_event, name, to_slot)
            except WiringError:
                del self._routines[name]
                raise
        self._last_piped = name
        return self

    def set_error_handler(self, handler: ErrorHandler) -> Self:
        """What happens when a routine without a handler of its own raises."""
        return self.set_config(error_handler=handler_json(handler))

    def get_error_handler(self) -> ErrorHandler | None:
        stated = self._settings.get("error_handler")
        return None if stated is None else ErrorHandler.from_json(stated)

    def find_routines_by_type(self, cls: type[Routine]) -> list[tuple[str, Routine]]:
        return [(name, routine) for name, routine in self._routines.items() if isinstance(routine, cls)]

    def document(self) -> dict[str, Any]:
        """The flow as plain JSON, as REST and `services.create_flow` take it; shares nothing with this object.

        Raises NotRegistered or NotStorable for what only this process could run.
        """
        return drafts.document(self._routines, self._connections, self._settings)

    def problems(self) -> list[Problem]:
        """What the verifier says about the flow as it stands, errors and warnings; reads no database."""
        return drafts.problems(self._routines, self._connections, self._settings)

    def validate(self) -> list[str]:
        """The same in words, as `Error: ...` and `Warning: ...`; empty when all is well."""
        return [f"{one.level.capitalize()}: {one.path}: {one.message}" for one in self.problems()]

    def execute(
        self, entry: str | None = None, entry_params: Mapping[str, Any] | None = None, **options: Any
    ) -> Handle:
        """Start a job and return a handle on it at once.

        `entry` is "node" or "node.slot", by default the flow's only entry; `entry_params` is the input, a JSON object.
        `options`: priority, idempotency_key, actor (a user). A registered flow runs as the template stands now, with
        what was set on this object on top. A flow that was never registered is stored under its `flow_id` first.
        """
        refuse_retired(options)
        params = {} if entry_params is None else entry_params
        return launching.launch(self, entry=entry, input=params, **options)

    def _routine(self, role: str, name: str) -> Routine:
        if name not in self._routines:
            raise WiringError(f"{role} routine '{name}' not found in flow")
        return self._routines[name]

    def _free_id(self, routine: Routine) -> str:
        origin = origin_of(routine)
        wanted = (origin.name if origin else class_name(type(routine))).replace("-", "_")[:60]
        wanted = wanted if PORT.fullmatch(f"{wanted}.x") else f"_{wanted}"
        taken = (name for number in range(1, len(self._routines) + 2) if (name := f"{wanted}_{number}"))
        candidates = [wanted, *taken]
        return next(name for name in candidates if name not in self._routines)
