from __future__ import annotations

from typing import Any

from pydantic import Field

from templates_app.routines import paths
from templates_app.routines.builtin.fields import Path
from templates_app.routines.builtin.records import as_object, record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.context import RunContext
from templates_app.routines.errors import DataError
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine


class SubFlow(Routine):
    """Runs another flow as a job of its own, waits for its end, and sends on what left it.

    It waits in Postgres and takes up no worker. When the other job fails, this step has failed, and its error handler
    decides; a retry starts a new job. Cancel and pause reach the other job too.
    """

    atomic = True  # the other job comes into being with the commit of this step, or not at all
    input = Slot()
    output = Event("data", description="One for each payload that left the other flow.")
    done = Event("job", "results", description="The id of the other job, and how many payloads it gave.")

    class Config(RoutineConfig):
        flow: str = Field("", max_length=100, description="The name of the flow to run. Required.")
        input: dict[str, Path] = Field(
            {}, description="Field of its input to a path into the record; empty: the record as it is."
        )

    def logic(self, items: list[Any], *, run: RunContext) -> None:
        answer = run.answer
        if answer is None:
            job = run.services.start_flow(self._flow(), self._input(items))
            run.wait_for("child_job", {"flow": self.config.flow, "job": job})
            return
        if answer["status"] != "completed":
            why = answer.get("summary") or "without a reason"
            raise DataError(f"The job {answer['job']} of the flow '{self.config.flow}' {answer['status']}: {why}")
        results = run.services.flow_result(answer["job"])
        for _, payload in results:
            self.emit("output", **payload)
        self.emit("done", job=answer["job"], results=len(results))

    def _flow(self) -> str:
        if not self.config.flow:
            raise DataError("No flow is named: set `flow` to the name of the flow to run.", path="config.flow")
        return str(self.config.flow)

    def _input(self, items: list[Any]) -> dict[str, Any]:
        """One item is the input as it is; several, as a batch gives them, are a list."""
        if len(items) > 1:
            return {"items": items}
        if not self.config.input:
            return dict(items[0])
        data = as_object(record(items[0]).data)
        found = {target: paths.get(data, paths.parse(path)) for target, path in self.config.input.items()}
        return {target: value for target, value in found.items() if value is not paths.MISSING}
