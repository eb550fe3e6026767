from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from templates_app.routines.builtin.records import record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.context import RunContext
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine


class Approval(Routine):
    """Waits until somebody approves or rejects a record, and sends it on by the event that says so.

    It waits in Postgres and takes up no worker. What was decided, by whom and why goes along beside the record.
    """

    input = Slot()
    approved = Event("data", "decision", description="The record, and beside it: approved, by, at, comment.")
    rejected = Event("data", "decision", description="The same, when the answer was no.")

    class Config(RoutineConfig):
        question: str = Field("May this go on?", max_length=500, description="What those who decide are asked.")
        timeout_seconds: float | None = Field(
            None, gt=0, le=366 * 24 * 3600, description="How long to wait for an answer; empty: for ever."
        )
        default: Literal["approve", "reject"] | None = Field(
            None, description="What counts as the answer when time is up; needed with a timeout."
        )

        @model_validator(mode="after")
        def _knows_what_then(self) -> Self:
            if self.timeout_seconds is not None and self.default is None:
                raise ValueError("a timeout needs a default: approve or reject")
            return self

    def logic(self, items: list[Any], *, run: RunContext) -> None:
        answer = run.answer
        if answer is None:
            asked = {"question": self.config.question, "default": self.config.default}
            run.wait_for("decision", asked, timeout=self.config.timeout_seconds)
            return
        event = "approved" if answer["approved"] else "rejected"
        for item in items:
            found = record(item)
            self.emit(event, **found.payload(found.data, decision=answer))
