"""What the readers share: where the text comes from, how much of it is accepted, and what a bad row looks like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

from pydantic import Field

from routilux_site.lib import strict_json
from templates_app.routines.builtin.records import as_object, record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.context import RunContext
from templates_app.routines.errors import DataError
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine
from templates_app.routines.text import shorten

MEBIBYTE = 1024 * 1024
MOST_ROWS = 90_000
_LONGEST_TEXT = 500


class ReaderConfig(RoutineConfig):
    """How much is accepted, and in which encoding."""

    encoding: Literal["utf-8", "latin-1", "cp1252"] = Field("utf-8", description="How an upload writes its characters.")
    max_bytes: int = Field(10 * MEBIBYTE, ge=1, le=100 * MEBIBYTE, description="The largest file accepted, in bytes.")
    max_rows: int = Field(10_000, ge=1, le=MOST_ROWS, description="The most rows accepted in one file.")


class Reader(Routine, ABC):
    """The base of the readers: for each item, `read` sends rows and bad rows and says how many lines there were."""

    input = Slot(description='{"upload": "<name>"} for a stored upload, or {"text": "..."}.')
    row = Event("data", "row", "line", description="One row; rows are counted from 1, without the header.")
    bad_row = Event("data", "row", "line", "error", description="A row that could not be read, as text, and why.")
    done = Event("rows", "bad_rows", description="How many of each there were, once for each file.")

    rows = bad_rows = 0

    class Config(ReaderConfig):
        """A reader has these settings, and may add its own."""

    def logic(self, items: list[Any], *, run: RunContext) -> None:
        for item in items:
            self.rows = self.bad_rows = 0
            self.read(self._text(item, run))
            self.emit("done", rows=self.rows, bad_rows=self.bad_rows)

    @abstractmethod
    def read(self, text: str) -> None:
        """Call `send` or `send_bad` for each row of the text."""

    def send(self, data: Any, *, line: int, text: str) -> None:
        """Emit a row, or a bad row if a value in it is not acceptable as JSON."""
        try:
            strict_json.check(data)
        except strict_json.StrictJSONError as error:
            self.send_bad(f"{error.path}: {error.message}", line=line, text=text)
            return
        self.rows += 1
        self.emit("row", data=data, row=self._next_number(), line=line)

    def send_bad(self, error: str, *, line: int, text: str) -> None:
        self.bad_rows += 1
        shown = printable(text.strip()[:_LONGEST_TEXT])
        self.emit("bad_row", data={"text": shown}, row=self._next_number(), line=line, error=error)

    def _next_number(self) -> int:
        number = self.rows + self.bad_rows
        if number > self.config.max_rows:
            raise DataError(f"More than {self.config.max_rows} rows: set max_rows higher, or split the file.")
        return number

    def _text(self, item: Any, run: RunContext) -> str:
        given = as_object(record(item).data)
        if isinstance(given.get("upload"), str):
            with run.services.open_upload(given["upload"]) as stream:
                raw = stream.read(self.config.max_bytes + 1)
        elif isinstance(given.get("text"), str):
            raw = given["text"].encode(self.config.encoding, "replace")
        else:
            accepted = '{"upload": "<name>"} or {"text": "..."}'
            raise DataError(f"{shorten(item)} says nothing to read: {accepted} is accepted.")
        if len(raw) > self.config.max_bytes:
            raise DataError(f"Longer than {self.config.max_bytes} bytes: set max_bytes higher, or split the file.")
        # What is no valid text stays recognisable as such, so that one bad byte costs a row and not the file
        text: str = raw.decode(self.config.encoding, "surrogateescape")
        return text.removeprefix("\ufeff")


def printable(text: str) -> str:
    """`text` with what is not acceptable in JSON shown as a question mark."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")
