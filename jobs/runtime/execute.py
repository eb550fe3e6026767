"""Running one attempt of one step: a new routine, its inputs, and what it may ask for meanwhile."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine
from typing import Any

from django.conf import settings
from django.db import connections

from jobs.runtime import capture, failpoints
from jobs.runtime.finished import Finished
from jobs.runtime.leash import GRACE, Leash, Pulled, overdue
from jobs.runtime.mishap import blame, is_missing_here
from jobs.runtime.program import Program
from jobs.runtime.secrets import lookup
from jobs.runtime.services import JobServices
from jobs.runtime.store.claim import Step
from jobs.runtime.store.joblock import load_state, lock_state, unlock_state
from jobs.runtime.store.link import django_link, links
from jobs.runtime.store.waits import load_answer
from jobs.states import StepStatus
from routilux_site.lib import strict_json
from templates_app import catalog
from templates_app.routines import Routine, RunContext, run_coroutine, run_routine
from templates_app.routines.context import LEVELS
from templates_app.routines.errors import RoutineError

IMMEDIATE = {"reason": "immediate"}


class StepContext(RunContext):
    """The run context of a step in a job: its log goes to the step's record, its state is read when first asked for."""

    def __init__(self, step: Step, output: capture.Capture) -> None:
        self._loaded: dict[str, Any] | None = None
        self._original = "{}"
        self._version = 0
        self._step = step
        self._output = output
        super().__init__(
            job_id=step.job,
            node=step.node,
            attempt=step.errors + 1,
            idempotency_key=step.key,
            policy_message=step.message or IMMEDIATE,
            services=JobServices(step),
        )

    @property
    def state(self) -> dict[str, Any]:
        if self._loaded is None:
            self._loaded, self._version = self._read_state()
            self._original = strict_json.canonical(self._loaded)
        return self._loaded

    @state.setter
    def state(self, value: dict[str, Any]) -> None:
        # The base class starts with an empty state; what a routine assigns replaces what is stored.
        if value:
            self.state.clear()
            self.state.update(value)

    def _read_state(self) -> tuple[dict[str, Any], int]:
        # Held until the step is committed, so that no other step of the node reads what this one will change.
        self._step.locks_state()
        lock_state(django_link(), job=self._step.job_id, node=self._step.node, patience=settings.ROUTILUX["LEASE"])
        return load_state(django_link(), job=self._step.job_id, node=self._step.node)

    @property
    def answer(self) -> dict[str, Any] | None:
        if self._answer is None and self._step.root is None:
            self._answer = self._read_answer()
        return self._answer

    def _read_answer(self) -> dict[str, Any] | None:
        return load_answer(django_link(), step=self._step.id, errors=self._step.errors)

    @property
    def cancelled(self) -> bool:
        return self._step.unwanted

    def log(self, message: object, level: str = "info") -> None:
        if level not in LEVELS:
            raise RoutineError(f"The log level {level!r} is unknown: {', '.join(LEVELS)} are accepted.")
        self._output.add(level, str(message))

    def progress(self, n: float, total: float | None = None, text: str = "") -> None:
        super().progress(n, total, text)
        self._output.tell_progress(n, total, text)

    def changed_state(self) -> tuple[dict[str, Any] | None, int]:
        """The new state when it differs from what was read, checked as JSON; and the version that was read."""
        if self._loaded is None or strict_json.canonical(self._loaded) == self._original:
            return None, self._version
        return json.loads(strict_json.dumps(self._loaded)), self._version


class LoopContext(StepContext):
    """On the event loop nothing may wait for a lock: of two steps that change a state at once, one runs again."""

    def _read_state(self) -> tuple[dict[str, Any], int]:
        return load_state(links.get("loop"), job=self._step.job_id, node=self._step.node)

    def _read_answer(self) -> dict[str, Any] | None:
        return load_answer(links.get("loop"), step=self._step.id, errors=self._step.errors)


def execute(step: Step, program: Program, leash: Leash) -> Finished:
    """Run one attempt. Never raises for what the routine does; what it raised is judged by the error handler."""
    output = capture.Capture()
    finished = Finished(step, program, mask=output.mask, began=time.monotonic())
    if is_missing_here(finished):
        return finished
    step.output = capture.start(output)
    try:
        _call_on_leash(step, program, finished, output, leash)
    except BaseException as error:  # noqa: BLE001 - SystemExit and friends of user code must not end the lane
        blame(finished, leash.error() if isinstance(error, Pulled) else error)
    finally:
        leash.forget()
        capture.stop()
        _keep_output(finished, output)
    return finished


async def execute_on_loop(step: Step, program: Program) -> Finished:
    """The same for logic that is a coroutine; raises CancelledError when the step itself was cancelled from outside."""
    output = step.output = capture.start(capture.Capture())
    finished = Finished(step, program, mask=output.mask, began=time.monotonic())
    try:
        await _within(program.spec.nodes[step.node].timeout, _await(step, program, finished, output))
    except BaseException as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        blame(finished, error)
    finally:
        capture.stop()
        _keep_output(finished, output)
    return finished


async def _within(timeout: float | None, logic: Coroutine[Any, Any, None]) -> None:
    if timeout is None:
        await logic
        return
    task = asyncio.ensure_future(logic)
    try:
        if (await asyncio.wait({task}, timeout=timeout))[0]:
            task.result()
            return
    finally:
        task.cancel()
    # It may have something to put away; what it says after that is not heard.
    await asyncio.wait({task}, timeout=GRACE)
    raise overdue(timeout)


async def _await(step: Step, program: Program, finished: Finished, output: capture.Capture) -> None:
    routine, inputs = _prepared(step, program, output)
    run = LoopContext(step, output)
    await run_coroutine(routine, inputs, run)
    _keep(finished, run)


def _call_on_leash(step: Step, program: Program, finished: Finished, output: capture.Capture, leash: Leash) -> None:
    leash.hold(step.id, program.spec.nodes[step.node].timeout)
    try:
        _call(step, program, finished, output)
    finally:
        leash.let_go()


def _call(step: Step, program: Program, finished: Finished, output: capture.Capture) -> None:
    failpoints.hit("in_step")
    routine, inputs = _prepared(step, program, output)
    run = StepContext(step, output)
    run_routine(routine, inputs, run)
    _keep(finished, run)


def _prepared(step: Step, program: Program, output: capture.Capture) -> tuple[Routine, dict[str, list[Any]]]:
    node = program.spec.nodes[step.node]
    routine = catalog.build(node.class_key, node.config_text, node.logic, secrets=lookup(output.mask))
    return routine, {slot.name: step.inputs.get(slot.name, []) for slot in node.slots}


def _keep(finished: Finished, run: StepContext) -> None:
    finished.emissions = run.emissions
    if run.awaited is not None:
        finished.status, finished.wait = StepStatus.PARKED, run.awaited
    finished.state, finished.state_version = run.changed_state()


def _keep_output(finished: Finished, output: capture.Capture) -> None:
    finished.step.output = None
    finished.lines, finished.progress = output.finish(), output.progress
    finished.ended = time.monotonic()


def release_state() -> None:
    """Let go of the state of the node whose step was just committed or dropped by this thread."""
    if connections["default"].connection is not None:
        unlock_state(django_link())
