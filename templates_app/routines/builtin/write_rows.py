from __future__ import annotations

from typing import Any

from pydantic import Field

from templates_app.routines.builtin.records import as_object, record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.context import RunContext
from templates_app.routines.errors import DataError
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine
from templates_app.routines.text import listed


class WriteRows(Routine):
    """Writes records as rows of a dataset, in the transaction that commits the step: each lands once or not at all.

    With a key field, a row of the same key is replaced; without one, every record becomes a new row.
    """

    atomic = True
    input = Slot()
    written = Event("dataset", "count", description="Where, and how many rows were written.")

    class Config(RoutineConfig):
        dataset: str = Field(
            "rows",
            pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$",
            description="The name of the dataset.",
        )
        key: str | None = Field(None, min_length=1, max_length=200, description="The field that tells rows apart.")
        include: list[str] = Field(
            [],
            max_length=20,
            description="What travels beside the record and becomes a column: row, errors, route.",
        )

    def logic(self, items: list[Any], *, run: RunContext) -> None:
        rows = [self._row(item) for item in items]
        self._check_keys(rows)
        count = run.services.write_rows(self.config.dataset, rows, self.config.key)
        self.emit("written", dataset=self.config.dataset, count=count)

    def _row(self, item: Any) -> dict[str, Any]:
        found = record(item)
        beside = {name: found.carried[name] for name in self.config.include if name in found.carried}
        return {**as_object(found.data), **beside}

    def _check_keys(self, rows: list[dict[str, Any]]) -> None:
        key = self.config.key
        for row in rows:
            if key is not None and not isinstance(row.get(key), str | int | float):
                message = f"A record has no text or number at {key} to be its key. Its fields: {listed(row)}."
                raise DataError(message, path=key)
