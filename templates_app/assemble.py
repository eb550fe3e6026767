"""From effective values to the spec that a revision freezes, with every problem that stands in the way. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from routilux_site.lib import strict_json
from routilux_site.lib.errors import RoutiluxError, join_path
from templates_app import catalog
from templates_app.document import accepted_names
from templates_app.fieldrules import broken
from templates_app.problems import Problem, errors_in
from templates_app.resolve import Layer, Resolved, ResolvedNode
from templates_app.routines import Routine, config_errors, policies
from templates_app.routines.error_handler import ErrorHandler
from templates_app.routines.ports import Ports
from templates_app.routines.ports import SlotSpec as PortSpec
from templates_app.spec import DEFAULT_MAX_ATTEMPTS, LIMITS, ConnectionSpec, FlowSpec, NodeSpec, Port, SlotSpec
from templates_app.verify import unfed_slots, verify

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Assembled:
    """`spec` is None exactly when `problems` has an error."""

    spec: FlowSpec | None
    problems: tuple[Problem, ...]


class _Findings:
    """Gathers what goes wrong, so that one pass tells all of it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def attempt(self, path: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except RoutiluxError as error:
            self.problems.extend(Problem(_under(path, d.path), d.code, d.message) for d in error.details())
        except Exception as error:  # noqa: BLE001 - a routine is anybody's code: its bug is a problem of the template
            self.problems.append(Problem(path, "routine-raised", f"The routine raised {type(error).__name__}: {error}"))
        return None


class Assembler:
    """`assemble_node` for many flows at once: nodes that share their effective values are assembled once.

    These are known by identity, so that an Assembler must not outlive them.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], NodeSpec] = {}

    def __call__(self, name: str, node: ResolvedNode, path: str) -> tuple[NodeSpec | None, list[Problem]]:
        key = (node.class_key, id(node.effective))
        known = self._known.get(key)
        if known is not None:
            return replace(known, id=name), _broken_rules(node.layers, path)
        spec, problems = assemble_node(name, node, path)
        if spec is not None and not problems:
            self._known[key] = spec
        return spec, problems


NodeMaker = Callable[[str, ResolvedNode, str], tuple[NodeSpec | None, list[Problem]]]


def assemble_flow(resolved: Resolved, node_spec: NodeMaker | None = None) -> Assembled:
    """The spec of a flow, or what keeps it from having one; warnings come with the spec."""
    found = _Findings()
    made = node_spec or assemble_node
    nodes = {name: made(name, node, f"nodes.{name}") for name, node in resolved.nodes.items()}
    problems = [*_strays(resolved), *(problem for _, told in nodes.values() for problem in told)]
    problems += _broken_rules(resolved.layers, "settings")
    settings = found.attempt("settings.error_handler", lambda: stated_settings(resolved.settings.values))
    problems += found.problems
    specs = {name: spec for name, (spec, _) in sorted(nodes.items()) if spec}
    if errors_in(problems):
        return Assembled(None, tuple(problems))
    spec = _flow_spec(resolved, specs, settings or {})
    problems += [*verify(spec), *_too_large(spec)]
    return Assembled(None if errors_in(problems) else spec, tuple(problems))


def _flow_spec(resolved: Resolved, nodes: Mapping[str, NodeSpec], settings: Mapping[str, Any]) -> FlowSpec:
    entry = resolved.settings.values.get("entry")
    return FlowSpec(
        nodes=nodes,
        connections=tuple(sorted(resolved.connections)),
        entry=Port.parse(entry) if entry else only_entry(nodes, resolved.connections),
        **settings,
    )


def stated_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as a spec states them, all but the entry, which may follow from the graph."""
    handler = values.get("error_handler")
    return {
        "max_workers": values.get("max_workers"),
        "timeout": _seconds(values.get("timeout")),
        "error_handler": None if handler is None else ErrorHandler.from_json(handler).to_json(),
        "max_attempts": values.get("max_attempts", DEFAULT_MAX_ATTEMPTS),
        "keep_open": values.get("keep_open", False),
        "input_schema": values.get("input_schema"),
        **{name: values.get(name) for name in LIMITS},
    }


def only_entry(nodes: Mapping[str, NodeSpec], connections: Iterable[ConnectionSpec]) -> Port | None:
    """Where exactly one slot is fed by nothing, a job's input can only be meant for it."""
    unfed = unfed_slots(nodes, connections)
    return unfed[0] if len(unfed) == 1 else None


def _strays(resolved: Resolved) -> Iterator[Problem]:
    for layer, name in resolved.strays:
        message = f"{layer!r} overrides this node, which the flow does not have. {accepted_names(name, resolved.nodes)}"
        yield Problem(f"nodes.{name}", "unknown-node", message)


def _too_large(spec: FlowSpec) -> Iterator[Problem]:
    size, most = len(spec.canonical.encode()), strict_json.LIMITS.max_bytes
    if size > most:
        yield Problem("", "too-large", f"A flow of {size} bytes: at most {most} are accepted. Move data to the input.")


def _broken_rules(layers: Sequence[Layer], path: str) -> list[Problem]:
    return [replace(problem, path=_under(path, problem.path)) for problem in broken(layers)]


def check_routine(node: ResolvedNode) -> list[Problem]:
    """Problems of a routine prototype by itself. What is only missing may still come from a variant or a node."""
    _, problems = assemble_node("node", node, "")
    return [replace(problem, level="warning") if problem.code == "missing" else problem for problem in problems]


def assemble_node(name: str, node: ResolvedNode, path: str) -> tuple[NodeSpec | None, list[Problem]]:
    found = _Findings()
    entry = found.attempt(path, lambda: catalog.get(node.class_key))
    found.problems += _broken_rules(node.layers, path)
    if entry is None:
        return None, found.problems
    values, cls = node.effective.values, entry.cls
    config = dict(values.get("config", {}))
    ports = _ports(cls, config, join_path(path, "config"), found)
    handler = found.attempt(join_path(path, "error_handler"), lambda: _handler(cls, values))
    policy = None if ports is None else found.attempt(join_path(path, "policy"), lambda: _policy(cls, values, config))
    found.problems += _logic_problems(cls, values.get("logic"), path)
    slots = _slots(ports, values.get("slots", {}), path, found) if ports else ()
    if ports is None or errors_in(found.problems):
        return None, found.problems
    spec = NodeSpec(
        id=name,
        class_key=node.class_key,
        config_text=strict_json.canonical(config),
        slots=slots,
        events=tuple(event.name for event in ports.events),
        policy=policy,
        logic=values.get("logic"),
        error_handler=handler,
        timeout=_seconds(values.get("timeout")),
        pure=cls.pure,
        atomic=cls.atomic,
    )
    return spec, found.problems


def _ports(cls: type[Routine], config: dict[str, Any], path: str, found: _Findings) -> Ports | None:
    known = len(found.problems)
    refused = found.attempt(path, lambda: config_errors(cls, config)) or ()
    found.problems += (Problem(_under(path, detail.path), detail.code, detail.message) for detail in refused)
    return None if len(found.problems) > known else found.attempt(path, lambda: cls.ports(dict(config)))


def _policy(cls: type[Routine], values: Mapping[str, Any], config: dict[str, Any]) -> dict[str, Any] | None:
    """A policy that no layer states is the class's own; a null is a value: no policy, which means immediate."""
    if "policy" in values:
        return policies.parse(values["policy"], path="").to_json() if values["policy"] is not None else None
    policy = cls.default_policy(dict(config))
    return policy.to_json() if policy else None


def _handler(cls: type[Routine], values: Mapping[str, Any]) -> dict[str, Any] | None:
    if "error_handler" in values:
        stated = values["error_handler"]
        return ErrorHandler.from_json(stated, path="").to_json() if stated is not None else None
    handler = cls().handler
    return handler.to_json() if handler else None


def _logic_problems(cls: type[Routine], logic: str | None, path: str) -> list[Problem]:
    found = _Findings()
    place = join_path(path, "logic")
    if logic is not None:
        found.attempt(place, lambda: catalog.logic(logic))
    elif cls.needs_logic:
        found.problems.append(Problem(place, "missing", "Required, but not given: the name of a registered logic."))
    return found.problems


def _slots(ports: Ports, sizes: Mapping[str, Mapping[str, Any]], path: str, found: _Findings) -> tuple[SlotSpec, ...]:
    names = [slot.name for slot in ports.slots]
    for name in sizes.keys() - set(names):
        place = join_path(join_path(path, "slots"), name)
        found.problems.append(Problem(place, "unknown-slot", f"There is no such slot. {accepted_names(name, names)}"))
    return tuple(_slot(slot, sizes.get(slot.name, {})) for slot in ports.slots)


def _slot(slot: PortSpec, said: Mapping[str, Any]) -> SlotSpec:
    return SlotSpec(slot.name, said.get("capacity", slot.capacity), said.get("when_full", slot.when_full))


def _seconds(value: float | None) -> float | None:
    return None if value is None else float(value)


def _under(path: str, inner: str) -> str:
    return f"{path}{inner}" if inner.startswith("[") or not path or not inner else f"{path}.{inner}"
