"""Whether the graph of a flow can work: what is named exists, every node can be reached and can fire. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from routilux_site.lib.errors import join_path
from templates_app.document import accepted_names
from templates_app.problems import Problem, errors_in
from templates_app.spec import BLOCK, ConnectionSpec, FlowSpec, NodeSpec, Port

_NEEDS_ALL_SLOTS = frozenset({"all_slots_ready", "batch_size"})


def verify(spec: FlowSpec) -> list[Problem]:
    """Errors first look at names; only a graph whose names are right is asked whether it can fire."""
    problems = [
        *_check_nodes(spec),
        *dangling(spec.nodes, spec.connections),
        *_check_ports(spec),
        *_check_entry(spec),
    ]
    if errors_in(problems):
        return problems
    whole = (_check_reach, _check_policies, _check_cycles, _check_rooms, _check_deadlines)
    return [*problems, *(problem for check in whole for problem in check(spec))]


def unfed_slots(nodes: Mapping[str, NodeSpec], connections: Iterable[ConnectionSpec]) -> list[Port]:
    """The slots that no connection leads to, in the order of nodes and slots."""
    fed = {(c.target, c.slot) for c in connections}
    return [
        Port(name, slot.name)
        for name, node in sorted(nodes.items())
        for slot in node.slots
        if (name, slot.name) not in fed
    ]


def _check_nodes(spec: FlowSpec) -> Iterator[Problem]:
    if not spec.nodes:
        yield Problem("nodes", "no-nodes", "A flow needs at least one node.")
    for name, node in spec.nodes.items():
        if not node.slots:
            yield Problem(f"nodes.{name}", "no-slots", "This node has no slot, so that nothing can ever activate it.")


def dangling(nodes: Collection[str], connections: Iterable[ConnectionSpec]) -> Iterator[Problem]:
    """Connections that name a node that is not there, or that stand there twice."""
    for c, count in Counter(connections).items():
        for name in sorted({c.source, c.target}.difference(nodes)):
            message = f"There is no node {name!r}. {accepted_names(name, nodes)}"
            yield Problem(connection_path(c), "unknown-node", message)
        if count > 1:
            message = f"This connection stands here {count} times: once is accepted."
            yield Problem(connection_path(c), "duplicate-connection", message)


def connection_path(c: ConnectionSpec) -> str:
    """Connections have no names and their order means nothing, so that their ends are their place."""
    return join_path("connections", str(c))


def _check_ports(spec: FlowSpec) -> Iterator[Problem]:
    for c in spec.connections:
        source, target = spec.nodes.get(c.source), spec.nodes.get(c.target)
        if source and c.event not in source.events:
            yield _unknown_port(c, f"{c.source!r} has no event {c.event!r}", c.event, source.events)
        if target and c.slot not in (slots := [slot.name for slot in target.slots]):
            yield _unknown_port(c, f"{c.target!r} has no slot {c.slot!r}", c.slot, slots)


def _unknown_port(c: ConnectionSpec, fact: str, port: str, names: Iterable[str]) -> Problem:
    return Problem(connection_path(c), "unknown-port", f"The node {fact}. {accepted_names(port, names)}")


def _check_entry(spec: FlowSpec) -> Iterator[Problem]:
    entry = spec.entry
    if entry is None:
        yield from _check_missing_entry(spec)
        return
    slots = [f"{name}.{slot.name}" for name, node in spec.nodes.items() for slot in node.slots]
    if str(entry) not in slots:
        message = f"There is no slot {str(entry)!r} for the input of a job. {accepted_names(str(entry), slots)}"
        yield Problem("settings.entry", "unknown-entry", message)


def _check_missing_entry(spec: FlowSpec) -> Iterator[Problem]:
    ports = [str(port) for port in unfed_slots(spec.nodes, spec.connections)]
    if ports:
        message = f"Nothing feeds {', '.join(ports)}: name the one that takes a job's input, or each trigger has to."
        yield Problem("settings.entry", "no-entry", message, "warning")
    elif spec.nodes:
        message = "Every slot is fed by another node: name the slot that takes a job's input."
        yield Problem("settings.entry", "no-entry", message)


def _entrances(spec: FlowSpec) -> set[Port]:
    """Where items may come from outside: the entry; every unfed slot of a flow that stays open or names no entry."""
    named = {spec.entry} if spec.entry else set()
    return named | set(unfed_slots(spec.nodes, spec.connections)) if spec.keep_open or not named else named


def _check_reach(spec: FlowSpec) -> Iterator[Problem]:
    entrances = _entrances(spec)
    reached = _grow(spec, entrances, strict=False)
    for name in sorted(spec.nodes.keys() - reached):
        message = f"No item can reach this node: no path leads here from {_told(entrances)}. Connect it, or remove it."
        yield Problem(f"nodes.{name}", "unreachable", message)
    firing = _grow(spec, _entrances_of_one_trigger(spec, entrances), strict=True)
    for name in sorted(reached - firing):
        if _needs_all(spec.nodes[name]):
            yield _dead_join(spec, name, firing, entrances)


def _entrances_of_one_trigger(spec: FlowSpec, entrances: set[Port]) -> set[Port]:
    """A trigger feeds one slot only, so that a join with two unfed slots starves unless more can be posted."""
    if spec.entry or spec.keep_open:
        return entrances
    unfed = Counter(port.node for port in entrances)
    return {port for port in entrances if unfed[port.node] == 1 or not _needs_all(spec.nodes[port.node])}


def _grow(spec: FlowSpec, entrances: set[Port], *, strict: bool) -> set[str]:
    """The nodes that can fire, from `entrances` on; `strict` asks that a join has all of its slots fed."""
    fed: dict[str, set[str]] = defaultdict(set)
    live: set[str] = set()
    waiting = list(entrances)
    while waiting:
        port = waiting.pop()
        fed[port.node].add(port.slot)
        node = spec.nodes[port.node]
        if port.node in live or (strict and _needs_all(node) and len(fed[port.node]) < len(node.slots)):
            continue
        live.add(port.node)
        waiting.extend(target for event in node.events for target in spec.targets(port.node, event))
    return live


def _needs_all(node: NodeSpec) -> bool:
    return node.policy is not None and node.policy.get("type") in _NEEDS_ALL_SLOTS


def _dead_join(spec: FlowSpec, name: str, firing: set[str], entrances: set[Port]) -> Problem:
    sources = {(c.target, c.slot) for c in spec.connections if c.source in firing}
    fed = sources | ({(spec.entry.node, spec.entry.slot)} if spec.entry else set())
    fed |= {(port.node, port.slot) for port in entrances} if spec.keep_open else set()
    starving = [slot.name for slot in spec.nodes[name].slots if (name, slot.name) not in fed]
    slots = ", ".join(starving) or ", ".join(slot.name for slot in spec.nodes[name].slots)
    policy = (spec.nodes[name].policy or {})["type"]
    message = f"This join can never fire: {policy} waits for every slot, and nothing that can fire feeds {slots}."
    return Problem(f"nodes.{name}", "dead-join", message)


def _told(entrances: set[Port]) -> str:
    return " or ".join(sorted(map(str, entrances))) or "any entry"


def _check_policies(spec: FlowSpec) -> Iterator[Problem]:
    for name, node in spec.nodes.items():
        size = (node.policy or {}).get("min_batch_size", 0)
        for slot in node.slots:
            if size > slot.capacity:
                message = f"A batch of {size} can never gather: slot {slot.name!r} holds at most {slot.capacity} items."
                yield Problem(f"nodes.{name}.policy.min_batch_size", "unsatisfiable-policy", message)


def _check_cycles(spec: FlowSpec) -> Iterator[Problem]:
    ahead = {name: _successors(spec, name) for name in spec.nodes}
    reach = {name: _closure(ahead, name) for name in spec.nodes}
    told: set[str] = set()
    for name in sorted(spec.nodes):
        circle = {other for other in reach[name] if name in reach[other]}
        if circle and name not in told and not _has_exit(spec, circle):
            message = f"Items go round for ever: no event of {', '.join(sorted(circle))} leads out of this cycle."
            yield Problem(f"nodes.{name}", "endless-cycle", message, "warning")
        told |= circle


def _check_rooms(spec: FlowSpec) -> Iterator[Problem]:
    """A step that waits for room which only its own successors can make may wait for ever."""
    full = [
        Port(name, slot.name) for name, node in spec.nodes.items() for slot in node.slots if slot.when_full == BLOCK
    ]
    ahead = {name: _successors(spec, name) for name in spec.nodes} if full else {}
    for port in full:
        behind = _closure(ahead, port.node)
        if any(c.source in behind for c in spec.connections if (c.target, c.slot) == (port.node, port.slot)):
            message = (
                f"This cycle can fill itself: when {port} is full, the step that would empty it may wait for room."
            )
            yield Problem(f"nodes.{port.node}.slots.{port.slot}.when_full", "blocks-itself", message, "warning")


def _successors(spec: FlowSpec, name: str) -> set[str]:
    return {port.node for event in spec.nodes[name].events for port in spec.targets(name, event)}


def _closure(ahead: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(ahead[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(ahead[name])
    return seen


def _has_exit(spec: FlowSpec, circle: set[str]) -> bool:
    """An event that leads elsewhere, or leaves the flow as a result, is a way out."""
    targets = [spec.targets(name, event) for name in circle for event in spec.nodes[name].events]
    return any(not ports or any(port.node not in circle for port in ports) for ports in targets)


def _check_deadlines(spec: FlowSpec) -> Iterator[Problem]:
    if spec.timeout is None:
        return
    for name, node in spec.nodes.items():
        wait = _longest_wait(node.error_handler or {})
        if wait > spec.timeout:
            message = f"Its retries may wait {wait:g} s in all, longer than the {spec.timeout:g} s that a job may take."
            yield Problem(f"nodes.{name}.error_handler", "retry-past-deadline", message, "warning")


def _longest_wait(handler: Mapping[str, object]) -> float:
    if handler.get("strategy") != "retry":
        return 0.0
    delay, backoff = _number(handler, "retry_delay", 1.0), _number(handler, "retry_backoff", 2.0)
    most, wait = _number(handler, "max_delay", float("inf")), 0.0
    for _ in range(int(min(_number(handler, "max_retries", 3), 1_000))):
        wait += min(delay, most)
        delay = min(delay * backoff, 1e12)
    return wait


def _number(values: Mapping[str, object], key: str, default: float) -> float:
    value = values.get(key, default)
    return float(value) if isinstance(value, int | float) else default
