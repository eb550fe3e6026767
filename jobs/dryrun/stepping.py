"""One attempt of one step: for real where the routine is pure, else what the samples say, else nothing."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from typing import Any, Protocol

from jobs.dryrun.sample import Sample
from jobs.runtime import capture
from jobs.runtime.execute import IMMEDIATE
from jobs.runtime.finished import Finished
from jobs.runtime.judge import judge
from jobs.runtime.program import Program
from jobs.runtime.store.claim import Step
from templates_app import catalog
from templates_app.routines import Emission, RunContext, run_routine
from templates_app.routines.context import LEVELS
from templates_app.routines.error_handler import exception_named
from templates_app.routines.errors import RoutineError


class How(StrEnum):
    RUN = "run"  #: the routine is pure, so its code ran
    SAMPLE = "sample"  #: it sent what the samples say
    SKIPPED = "skipped"  #: it has side effects and no sample: it sent nothing
    RAISED = "raised"  #: it raised what the samples say


class OutOfTime(BaseException):
    """Not an Exception, so that user code that catches everything lets it through."""


class Guard(Protocol):
    """Ends a routine that runs too long: with StepTimeout after `timeout`, with OutOfTime when all time is used up."""

    def __call__(self, node: str, timeout: float | None) -> AbstractContextManager[None]: ...


def unguarded(node: str, timeout: float | None) -> AbstractContextManager[None]:
    """For callers that are bounded otherwise, and for tests."""
    return nullcontext()


class DryContext(RunContext):
    """Its log goes to the step; uploads and datasets it has none."""

    def __init__(self, step: Step, output: capture.Capture, state: dict[str, Any]) -> None:
        super().__init__(
            job_id="dry-run",
            node=step.node,
            attempt=step.attempt,
            idempotency_key=f"dry-run:{step.id}",
            policy_message=step.message or IMMEDIATE,
            state=state,
        )
        self._output = output

    def log(self, message: object, level: str = "info") -> None:
        if level not in LEVELS:
            raise RoutineError(f"The log level {level!r} is unknown: {', '.join(LEVELS)} are accepted.")
        self._output.add(level, str(message))


class Stepper:
    """Runs the steps of one dry run. `states` is the durable state of nodes, as long as the dry run lasts."""

    def __init__(self, program: Program, sample: Sample, guard: Guard) -> None:
        self._program, self._sample, self._guard = program, sample, guard
        self._states: dict[str, dict[str, Any]] = {}
        self._raised: dict[str, int] = {}

    def attempt(self, step: Step) -> tuple[Finished, How]:
        """What production would make of the attempt; what it raised is judged by the same error handler."""
        finished, how = Finished(step, self._program), self._how(step.node)
        with _captured(finished) as output:
            try:
                self._do(how, finished, output)
            except OutOfTime:
                raise
            except BaseException as error:  # noqa: BLE001 - SystemExit and friends of user code end the step only
                judge(finished, error)
        return finished, how

    def _how(self, node: str) -> How:
        if self._raised.get(node, 0) < len(self._sample.errors.get(node, ())):
            return How.RAISED
        if node in self._sample.outputs:
            return How.SAMPLE
        return How.RUN if self._program.spec.nodes[node].pure else How.SKIPPED

    def _do(self, how: How, finished: Finished, output: capture.Capture) -> None:
        node = finished.step.node
        if how == How.RAISED:
            number = self._raised[node] = self._raised.get(node, 0) + 1
            raise _made(exception_named(self._sample.errors[node][number - 1]))
        if how == How.SAMPLE:
            finished.emissions = [
                Emission(event, copy.deepcopy(payload))
                for event, payloads in self._sample.outputs[node].items()
                for payload in payloads
            ]
        elif how == How.RUN:
            self._run(finished, output)

    def _run(self, finished: Finished, output: capture.Capture) -> None:
        step = finished.step
        node = self._program.spec.nodes[step.node]
        run = DryContext(step, output, copy.deepcopy(self._states.get(node.id, {})))
        inputs = {slot.name: step.inputs.get(slot.name, []) for slot in node.slots}
        with self._guard(node.id, node.timeout):
            run_routine(catalog.build(node.class_key, node.config_text, node.logic), inputs, run)
        finished.emissions, self._states[node.id] = run.emissions, run.state


@contextmanager
def _captured(finished: Finished) -> Iterator[capture.Capture]:
    output = capture.start(capture.Capture())
    try:
        yield output
    finally:
        capture.stop()
        finished.lines = output.finish()


def _made(kind: type[BaseException]) -> BaseException:
    try:
        return kind("Raised by the samples of the dry run.")
    except TypeError:  # some want more than a text
        return kind.__new__(kind)
