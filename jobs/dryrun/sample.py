"""What is given to a dry run beside the flow: an input, and what steps send or raise that are not run for real."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.errors import JobError
from routilux_site.lib.errors import ErrorDetail, join_path
from routilux_site.lib.text import listed, shorten
from templates_app.routines.error_handler import exception_names
from templates_app.spec import FlowSpec, Port

Payloads = list[dict[str, Any]]
#: node -> event -> what it sends each time the node runs
Outputs = Mapping[str, Mapping[str, Payloads]]
#: node -> the exceptions that its first, second, ... attempt raises
Errors = Mapping[str, list[str]]


class BadSample(JobError):
    title = "The samples do not fit the flow"
    code = "bad-sample"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Without a `port` a dry run begins empty, as open jobs do. `seconds` bounds it, `now` is what its clock says."""

    port: Port | None
    payload: dict[str, Any] = field(default_factory=dict)
    outputs: Outputs = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)
    now: float = 0.0
    seconds: float = 10.0

    def to_json(self) -> dict[str, Any]:
        port = str(self.port) if self.port else None
        times = {"now": self.now, "seconds": self.seconds}
        return {"port": port, "payload": self.payload, "outputs": self.outputs, "errors": self.errors, **times}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Sample:
        return cls(**{**data, "port": Port.parse(data["port"]) if data["port"] else None})


def outputs_of(spec: FlowSpec, given: Any) -> Outputs:
    """`{"node": {"event": {...}}}`, or a list of payloads for an event; raises BadSample with all errors."""
    found: dict[str, dict[str, Payloads]] = {}
    wrong: list[ErrorDetail] = []
    for node, said in _members(given, "outputs", wrong):
        path = join_path("outputs", node)
        wrong += _unknown(node, spec.nodes, path, "node")
        for event, payloads in _members(said, path, wrong):
            place = join_path(path, event)
            wrong += _unknown(event, spec.nodes[node].events, place, "event") if node in spec.nodes else []
            found.setdefault(node, {})[event] = _payloads(payloads, place, wrong)
        found.setdefault(node, {})
    _refuse(wrong)
    return found


def errors_of(spec: FlowSpec, given: Any) -> Errors:
    """`{"node": "TimeoutError"}`, or a list of names, one for each attempt; raises BadSample."""
    found: dict[str, list[str]] = {}
    wrong: list[ErrorDetail] = []
    known = exception_names()
    for node, said in _members(given, "errors", wrong):
        path = join_path("errors", node)
        wrong += _unknown(node, spec.nodes, path, "node")
        found[node] = said if isinstance(said, list) else [said]
        for number, name in enumerate(found[node]):
            if name not in known:
                message = f"{shorten(name)} is no known exception: names such as TimeoutError are accepted."
                wrong.append(ErrorDetail(join_path(path, number), "unknown-exception", message))
    _refuse(wrong)
    return found


def _members(given: Any, path: str, wrong: list[ErrorDetail]) -> Iterator[tuple[str, Any]]:
    if isinstance(given, Mapping):
        yield from given.items()
    else:
        wrong.append(ErrorDetail(path, "wrong-type", f"{shorten(given)} is not accepted: an object is."))


def _payloads(given: Any, path: str, wrong: list[ErrorDetail]) -> Payloads:
    payloads = given if isinstance(given, list) else [given]
    for number, payload in enumerate(payloads):
        if not isinstance(payload, dict):
            message = f"{shorten(payload)} is not accepted: a payload is an object."
            place = join_path(path, number) if isinstance(given, list) else path
            wrong.append(ErrorDetail(place, "wrong-type", message))
    return payloads


def _unknown(name: str, known: Iterable[str], path: str, what: str) -> list[ErrorDetail]:
    accepted = list(known)
    if name in accepted:
        return []
    message = f"There is no {what} {shorten(name)}. There are: {listed(accepted)}."
    return [ErrorDetail(path, f"unknown-{what}", message)]


def _refuse(wrong: list[ErrorDetail]) -> None:
    if wrong:
        raise BadSample(wrong[0].message, path=wrong[0].path, errors=wrong)
