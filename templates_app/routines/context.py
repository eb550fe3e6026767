"""What a running routine may see and do. The engine makes one for each activation, and may override the hooks."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, Protocol

from routilux_site.lib import strict_json
from routilux_site.lib.errors import join_path
from templates_app.routines.errors import EmitError, InactiveError, RoutineError
from templates_app.routines.ports import EventSpec
from templates_app.routines.text import listed, shorten, suggestion

LEVELS = ("debug", "info", "warning", "error")
_LONGEST_LINE = 10_000


@dataclass(frozen=True, slots=True)
class Emission:
    """One payload that left by `event`. It shares nothing with what the routine still holds."""

    event: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LogLine:
    """`at` is in seconds since 1970 (UTC)."""

    at: float
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class Wait:
    """What a step waits for, without a lane, before its logic is called again. `timeout` is in seconds."""

    kind: str
    request: dict[str, Any]
    timeout: float | None = None


class Services(Protocol):
    """What a routine may ask of the house it runs in; routines themselves know no database."""

    def open_upload(self, name: str) -> BinaryIO:
        """The stored upload of that name, opened for reading; raises a RoutiluxError when there is none."""

    def start_flow(self, name: str, input: dict[str, Any]) -> str:
        """Start a job of another flow that belongs to this step, in the transaction of the step; returns its id."""

    def flow_result(self, job: str) -> list[tuple[str, dict[str, Any]]]:
        """What left the flow of a job, in order: the `node.event` that emitted it, and the payload."""

    def write_rows(self, dataset: str, rows: list[dict[str, Any]], key: str | None) -> int:
        """Insert rows, or replace those of equal `key` field; returns how many were written."""


class RunContext:
    """`state` is a JSON dict that lasts as long as the job and belongs to this node alone; it is saved with the step.

    `idempotency_key` stays the same when the step is attempted again: hand it to systems that can recognise a repeat.
    """

    max_emissions: ClassVar[int] = 100_000
    max_log_lines: ClassVar[int] = 10_000

    def __init__(
        self,
        *,
        job_id: str = "",
        node: str = "",
        attempt: int = 1,
        idempotency_key: str = "",
        state: dict[str, Any] | None = None,
        policy_message: Any = None,
        services: Services | None = None,
        answer: dict[str, Any] | None = None,
    ) -> None:
        self.job_id = job_id
        self.node = node
        self.attempt = attempt
        self.idempotency_key = idempotency_key
        self.state: dict[str, Any] = {} if state is None else state
        self.policy_message = policy_message
        self.emissions: list[Emission] = []
        self.logs: list[LogLine] = []
        self.log_lines_dropped = 0
        self.awaited: Wait | None = None
        self.progressed: tuple[float, float | None, str] | None = None
        self.config: Any = None
        self._services = services
        self._answer = answer
        self._events: Mapping[str, EventSpec] | None = None

    def emit(self, event: str, /, **payload: Any) -> None:
        """Send a payload out by one of the routine's events. The payload is checked and copied at once."""
        self.emit_payload(event, payload)

    def emit_payload(self, event: str, payload: dict[str, Any]) -> None:
        events = self._events
        if events is None:
            raise InactiveError(f"emit('{event}') outside of an activation: only a running routine can emit.")
        if event not in events:
            raise _unknown_event(event, events)
        if self.awaited is not None:
            raise EmitError(f"emit('{event}') after wait_for: emit once the answer is there.")
        if len(self.emissions) >= self.max_emissions:
            raise EmitError(f"More than {self.max_emissions} emissions in one activation: take fewer items at once.")
        try:
            copied = strict_json.copy(payload)
        except strict_json.StrictJSONError as error:
            where = f"{join_path(self.node, event)}.{error.path}" if error.path else join_path(self.node, event)
            raise EmitError(f"emit('{event}'): {error.message}", path=where) from error
        self.emissions.append(Emission(event, copied))  # type: ignore[arg-type]

    @property
    def answer(self) -> dict[str, Any] | None:
        """What came of `wait_for`; None before this step has asked."""
        return self._answer

    def wait_for(self, kind: str, request: dict[str, Any], *, timeout: float | None = None) -> None:
        """Ask for something that comes from outside, then return: logic is called anew when `answer` is there.

        Until then the step takes up no lane, and its job stays alive. After `timeout` seconds the answer says so.
        """
        if self.emissions:
            raise RoutineError("wait_for after emit: logic will be called again, so emit once the answer is there.")
        checked = strict_json.copy(request)
        self.awaited = Wait(kind, checked, timeout)  # type: ignore[arg-type]

    def log(self, message: object, level: str = "info") -> None:
        if level not in LEVELS:
            raise RoutineError(f"The log level {shorten(level)} is unknown: {listed(LEVELS)} are accepted.")
        if len(self.logs) >= self.max_log_lines:
            self.log_lines_dropped += 1
            return
        self.logs.append(LogLine(time.time(), level, str(message)[:_LONGEST_LINE]))

    def progress(self, n: float, total: float | None = None, text: str = "") -> None:
        """Tell how far this activation is. The newest call counts; the engine may show it while the step runs."""
        self.progressed = (n, total, text)

    @property
    def cancelled(self) -> bool:
        """True when the job no longer wants this result: a long `logic` looks now and then, and returns."""
        return False

    @property
    def services(self) -> Services:
        if self._services is None:
            raise InactiveError("This run offers no services: uploads and datasets belong to a job, not to a dry run.")
        return self._services

    def open(self, config: Any, events: Mapping[str, EventSpec]) -> None:
        """Called by `run_routine` before logic."""
        self.config, self._events = config, events

    def close(self) -> None:
        """Called by `run_routine` after logic: what a forgotten thread emits later is refused."""
        self._events = None


def _unknown_event(event: str, events: Iterable[str]) -> EmitError:
    known = list(events)
    hint = suggestion(event, known)
    return EmitError(f"emit({shorten(event)}): there is no such event.{hint} Events: {listed(known)}.")
