"""What a dry run tells, as JSON: one shape for REST, the page and the helper process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jobs.dryrun.memory import by_node
from jobs.dryrun.simulate import Attempt, DryRun
from jobs.dryrun.stepping import How
from jobs.runtime.router import NewItem
from jobs.states import StepStatus
from routilux_site.lib import strict_json

#: Bytes of payloads that are told in all, and how many of one list.
MOST_BYTES, MOST_SHOWN = 512 * 1024, 50


def report(told: DryRun) -> dict[str, Any]:
    show = _Shown()
    results = list(told.memory.results())
    undelivered = list(told.memory.undelivered())
    answer = {
        "outcome": outcome(told),
        "reason": told.stopped or told.broken or (_reason(told.failed) if told.failed else ""),
        "simulated_seconds": round(_seconds(told, told.memory.now), 3),
        "steps": [_step(told, attempt, show) for attempt in told.attempts],
        "nodes": _nodes(told),
        "decisions": [_decision(told, decision) for decision in told.decisions],
        "result": _result(results, show),
        "results": len(results),
        "undelivered": [_item(item, show) for item in undelivered[:MOST_SHOWN]],
        "undelivered_count": len(undelivered),
        "dropped": len(told.memory.dropped),
    }
    return {**answer, "truncated": show.is_full or len(undelivered) > MOST_SHOWN}


def died(reason: str) -> dict[str, Any]:
    """The answer when there is nothing to tell but how it ended."""
    empty: dict[str, list[Any]] = {"steps": [], "nodes": [], "decisions": [], "undelivered": []}
    counts = {
        "simulated_seconds": 0.0,
        "result": {},
        "results": 0,
        "undelivered_count": 0,
        "dropped": 0,
        "truncated": False,
    }
    return {"outcome": "stopped", "reason": reason, **empty, **counts}


def outcome(told: DryRun) -> str:
    if told.stopped:
        return "stopped"
    if told.has_failed:
        return "failed"
    return "open" if told.is_open else "completed"


class _Shown:
    """Hands payloads through until there are too many bytes of them; from then on null."""

    def __init__(self) -> None:
        self._left = MOST_BYTES
        self.is_full = False

    def __call__(self, value: Any) -> Any:
        self._left -= len(strict_json.dumps(value))
        self.is_full |= self._left < 0
        return value if self._left >= 0 else None

    def first(self, values: list[Any]) -> list[Any]:
        self.is_full |= len(values) > MOST_SHOWN
        return [self(value) for value in values[:MOST_SHOWN]]


def _reason(failed: Attempt) -> str:
    return f"{failed.finished.step.node}: {failed.finished.summary}"


def _seconds(told: DryRun, at: float) -> float:
    return at - told.began


def _step(told: DryRun, attempt: Attempt, show: _Shown) -> dict[str, Any]:
    finished = attempt.finished
    step = finished.step
    return {
        "step": step.id,
        "node": step.node,
        "attempt": step.attempt,
        "cause": attempt.cause,
        "at": round(_seconds(told, attempt.at), 3),
        "how": attempt.how.value,
        "status": str(finished.status),
        "policy_message": step.message,
        "inputs": {slot: show.first(payloads) for slot, payloads in told.memory.inputs(step.id).items()},
        "outputs": [{"event": e.event, "payload": show(e.payload)} for e in finished.emissions[:MOST_SHOWN]],
        "outputs_count": len(finished.emissions),
        "log": [{"level": line["level"], "text": line["text"]} for line in finished.lines[:MOST_SHOWN]],
        "error": finished.error,
        "decision": _verdict(attempt) if finished.error else None,
    }


def _verdict(attempt: Attempt) -> dict[str, Any]:
    """What the error handler of the node, or of its flow, made of the error."""
    finished = attempt.finished
    handler = finished.program.handler(finished.step.node)
    retries = finished.status == StepStatus.RETRYING
    return {
        "strategy": handler.strategy,
        "status": str(finished.status),
        "retry": finished.errors if retries else None,
        "of": handler.max_retries if handler.strategy == "retry" else None,
        "delay": round(finished.delay, 3) if retries else None,
    }


def _nodes(told: DryRun) -> list[dict[str, Any]]:
    waiting = by_node(told.memory.waiting)
    attempts: dict[str, list[Attempt]] = {}
    for attempt in told.attempts:
        attempts.setdefault(attempt.finished.step.node, []).append(attempt)
    return [_node(name, attempts.get(name, []), waiting.get(name, 0), told) for name in told.memory.program.spec.nodes]


def _node(name: str, attempts: list[Attempt], waiting: int, told: DryRun) -> dict[str, Any]:
    spec = told.memory.program.spec.nodes[name]
    steps = {attempt.finished.step.id for attempt in attempts}
    return {
        "node": name,
        "class": spec.class_key,
        "pure": spec.pure,
        "how": sorted({attempt.how.value for attempt in attempts}),
        "statuses": sorted({str(attempt.finished.status) for attempt in attempts}),
        "steps": len(steps),
        "attempts": len(attempts),
        "taken": sum(len(told.memory.taken.get(step, ())) for step in steps),
        "sent": sum(len(attempt.finished.emissions) for attempt in attempts),
        "waiting": waiting,
        "note": _note(attempts, waiting),
    }


def _note(attempts: list[Attempt], waiting: int) -> str:
    if not attempts:
        return "Items wait, but its policy did not let it run." if waiting else "Nothing reached it."
    if any(attempt.how == How.SKIPPED for attempt in attempts):
        return "It has side effects, so its code did not run, and it sent nothing: give it sample outputs to go on."
    if any(attempt.how == How.SAMPLE for attempt in attempts):
        return "It sent what the samples say; its code did not run."
    return ""


def _decision(told: DryRun, decision: Any) -> dict[str, Any]:
    return {
        "at": round(_seconds(told, decision.at), 3),
        "node": decision.node,
        "queued": decision.queued,
        "drained": decision.drained,
        "take": decision.take,
        "message": decision.message,
        "look_again_in": None if decision.look_again_at is None else round(decision.look_again_at - decision.at, 3),
    }


def _result(items: Iterable[NewItem], show: _Shown) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for item in items:
        found.setdefault(f"{item.source_node}.{item.event}", []).append(item.payload)
    return {port: show.first(payloads) for port, payloads in found.items()}


def _item(item: NewItem, show: _Shown) -> dict[str, Any]:
    return {"slot": str(item.port), "payload": show(item.payload)}
